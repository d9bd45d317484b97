package io.forebay.worker.staging;

import io.forebay.observability.EventName;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedRemains;
import io.forebay.proto.StagedVerdict;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.worker.control.ControlPlane;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Sorts out what is on the disk at start: what no file needs any more is deleted, what is dirty is
 * kept, what is clean is kept unless the machine was started anew: then it may miss bytes, and of
 * what is dirty the control plane hears how much is there. Run again after a failure.
 */
public final class Recovery {
    /** A request of some 10 kB, answered by one transaction. */
    private static final int PAGE_MAX = 500;

    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final StagingArea area;
    private final ControlPlane control;
    private final Eviction eviction;
    private final CopyUses copies;

    private long dirty;
    private long clean;
    private long removed;

    public Recovery(StagingArea area, ControlPlane control, Eviction eviction, CopyUses copies) {
        this.area = area;
        this.control = control;
        this.eviction = eviction;
        this.copies = copies;
    }

    /**
     * Goes through all staged files once.
     *
     * @throws ForebayException when the control plane or the disk did not answer; nothing is lost
     */
    public void run() {
        dirty = 0;
        clean = 0;
        removed = 0;
        area.forEachPage(PAGE_MAX, this::page);
        area.measure();
        area.recovered();
        LOG.log(
                Level.INFO,
                EventName.STAGING_RECOVERED.line(
                        "dirty", dirty, "clean", clean, "removed", removed));
    }

    /**
     * Asks about all files once more, while they are used: others may have taken this worker's
     * place while it was silent. What is not this worker's any more goes.
     *
     * @throws ForebayException as {@link #run}
     */
    public void review() {
        List<StagedKey> keys = area.keys();
        for (int from = 0; from < keys.size(); from += PAGE_MAX) {
            List<StagedKey> page = keys.subList(from, Math.min(from + PAGE_MAX, keys.size()));
            List<StagedVerdict> verdicts = control.describeStaged(Refs.of(page));
            for (int i = 0; i < Math.min(page.size(), verdicts.size()); i++) {
                if (verdicts.get(i).getNeed() == StagedVerdict.Need.NEED_NONE) {
                    eviction.dropCopy(page.get(i));
                }
                noteCopy(page.get(i), verdicts.get(i));
            }
        }
    }

    private void noteCopy(StagedKey key, StagedVerdict verdict) {
        if (!verdict.getOwner().isEmpty()) {
            copies.found(key);
        }
    }

    private void page(List<StagedKey> keys) {
        List<StagedRef> refs =
                area.rebooted() ? keys.stream().map(this::remains).toList() : Refs.of(keys);
        List<StagedVerdict> verdicts = control.describeStaged(refs);
        for (int i = 0; i < keys.size(); i++) {
            StagedVerdict verdict =
                    i < verdicts.size() ? verdicts.get(i) : StagedVerdict.getDefaultInstance();
            apply(keys.get(i), verdict);
        }
    }

    private StagedRef remains(StagedKey key) {
        StagedRef.Builder ref = Refs.of(key).toBuilder();
        area.stat(key)
                .ifPresent(status ->
                        ref.setRemains(
                                StagedRemains.newBuilder()
                                        .setSize(status.size())
                                        .setMtimeNanos(status.mtimeNanos())
                                        .setCtimeNanos(status.ctimeNanos())
                                        .setBlocks(status.blocks())));
        return ref.build();
    }

    private void apply(StagedKey key, StagedVerdict verdict) {
        noteCopy(key, verdict);
        switch (verdict.getNeed()) {
            case NEED_NONE -> {
                area.remove(key);
                removed++;
            }
            case NEED_CLEAN -> clean(key, verdict.getGeneration());
            case NEED_DIRTY, NEED_UNSPECIFIED, UNRECOGNIZED -> {
                area.opened(key, verdict.getGeneration(), true);
                dirty++;
            }
        }
    }

    private void clean(StagedKey key, long generation) {
        area.opened(key, generation, false);
        if (area.rebooted() && eviction.evict(key, generation)) {
            removed++;
            return;
        }
        area.cleaned(key, generation);
        clean++;
    }
}
