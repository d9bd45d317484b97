package io.forebay.worker.staging;

import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailureKind;
import io.forebay.proto.StagedVerdict;
import io.forebay.schema.ForebayException;
import io.forebay.store.CleanFile;
import io.forebay.store.Space;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.worker.control.ControlPlane;
import io.forebay.worker.telemetry.WorkerMetrics;
import java.util.List;

/** Drops clean files, the longest unused first, when space runs short; dirty ones never (I5). */
public final class Eviction {
    /** Above this the disk is being emptied: 15 % left is a minute of writes at 2 GB/s on 1 TB. */
    private static final int HIGH_WATER_PERCENT = 85;

    /** Down to this, so that a round is worth its calls. */
    private static final int LOW_WATER_PERCENT = 75;

    /** Files of one look at the order; the next look sees what was used meanwhile. */
    private static final int BATCH_MAX = 256;

    /** Looks of one round: a worker with nothing but tiny files goes on in the next round. */
    private static final int BATCHES_MAX = 64;

    private final StagingArea area;
    private final ControlPlane control;
    private final WorkerMetrics metrics;

    public Eviction(StagingArea area, ControlPlane control, WorkerMetrics metrics) {
        this.area = area;
        this.control = control;
        this.metrics = metrics;
    }

    /** Empties down to the low-water mark when the area is above the high one. */
    public void relieve(Space space) {
        long percent = space.limitBytes() / 100;
        if (space.usedBytes() > percent * HIGH_WATER_PERCENT) {
            free(space.usedBytes() - percent * LOW_WATER_PERCENT);
        }
    }

    /**
     * Sees to it that {@code bytes} can be staged.
     *
     * @throws ForebayException NO_SPACE when too little is clean
     */
    public void makeRoom(long bytes) {
        long missing = bytes - area.space().freeBytes();
        if (missing > 0) {
            free(missing);
        }
        long free = area.space().freeBytes();
        if (free < bytes) {
            throw new ForebayException(
                            FailureKind.FAILURE_NO_SPACE,
                            "The worker's disk is full of files that are not uploaded yet; wait, or"
                                    + " give it more space")
                    .with("needed", bytes)
                    .with("free", free);
        }
    }

    private void free(long bytes) {
        long freed = freeKnown(bytes);
        if (freed < bytes && askForClean() > 0) {
            freeKnown(bytes - freed);
        }
    }

    private long freeKnown(long bytes) {
        long freed = 0;
        for (int batch = 0; batch < BATCHES_MAX && freed < bytes; batch++) {
            long before = freed;
            for (CleanFile file : area.cleanCandidates(bytes - freed, BATCH_MAX)) {
                if (evict(file.key(), file.generation())) {
                    freed += file.diskBytes();
                }
            }
            if (freed == before) {
                return freed; // nothing is left, or all of it is open
            }
        }
        return freed;
    }

    /**
     * Asks about the files that this process saw opened for writing: those that nobody wrote to are
     * clean still, and no upload will say so.
     */
    private int askForClean() {
        int found = 0;
        List<StagedKey> active = area.activeKeys();
        for (int from = 0; from < active.size(); from += BATCH_MAX) {
            List<StagedKey> page = active.subList(from, Math.min(from + BATCH_MAX, active.size()));
            List<StagedVerdict> verdicts = control.describeStaged(Refs.of(page));
            for (int i = 0; i < Math.min(page.size(), verdicts.size()); i++) {
                if (verdicts.get(i).getNeed() == StagedVerdict.Need.NEED_CLEAN) {
                    area.confirmedClean(page.get(i), verdicts.get(i).getGeneration());
                    found++;
                }
            }
        }
        return found;
    }

    /** Drops another worker's copy if the control plane does not count on it (any more). */
    boolean dropCopy(StagedKey key) {
        return area.evict(key, () -> describe(key).getNeed() == StagedVerdict.Need.NEED_NONE);
    }

    /** Whether this worker is the owner, by what the control plane says now. */
    boolean isOwn(StagedKey key) {
        StagedVerdict verdict = describe(key);
        return verdict.getNeed() != StagedVerdict.Need.NEED_NONE && verdict.getOwner().isEmpty();
    }

    /** Whether what is here is for another worker to write. */
    boolean isCopyOf(StagedKey key, String owner) {
        return describe(key).getOwner().equals(owner);
    }

    private StagedVerdict describe(StagedKey key) {
        List<StagedVerdict> verdicts = control.describeStaged(Refs.of(List.of(key)));
        return verdicts.isEmpty() ? StagedVerdict.getDefaultInstance() : verdicts.getFirst();
    }

    /** Drops one file if the control plane allows it. */
    public boolean evict(StagedKey key, long generation) {
        EvictIntent intent =
                EvictIntent.newBuilder()
                        .setWorkspaceId(key.workspaceId())
                        .setIno(key.ino())
                        .setGeneration(generation)
                        .build();
        boolean gone = area.evict(key, () -> control.beginEvict(intent));
        if (gone) {
            metrics.evicted();
        }
        return gone;
    }
}
