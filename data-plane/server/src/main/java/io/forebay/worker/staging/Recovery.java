package io.forebay.worker.staging;

import io.forebay.observability.EventName;
import io.forebay.proto.StagedVerdict;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.worker.control.ControlPlane;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * Sorts out what is on the disk at start: what no file needs any more is deleted, what is dirty is
 * kept, what is clean is kept unless the machine was started anew. Run again after a failure.
 */
public final class Recovery {
    /** A request of some 10 kB, answered by one transaction. */
    private static final int PAGE_MAX = 500;

    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final StagingArea area;
    private final ControlPlane control;
    private final Eviction eviction;

    private long dirty;
    private long clean;
    private long removed;

    public Recovery(StagingArea area, ControlPlane control, Eviction eviction) {
        this.area = area;
        this.control = control;
        this.eviction = eviction;
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

    private void page(List<StagedKey> keys) {
        List<StagedVerdict> verdicts = control.describeStaged(Refs.of(keys));
        for (int i = 0; i < keys.size(); i++) {
            StagedVerdict verdict =
                    i < verdicts.size() ? verdicts.get(i) : StagedVerdict.getDefaultInstance();
            apply(keys.get(i), verdict);
        }
    }

    private void apply(StagedKey key, StagedVerdict verdict) {
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
