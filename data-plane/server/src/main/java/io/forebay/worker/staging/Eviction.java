package io.forebay.worker.staging;

import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailureKind;
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
        long capacity = space.capacityBytes();
        if (space.usedBytes() > capacity / 100 * HIGH_WATER_PERCENT) {
            free(space.usedBytes() - capacity / 100 * LOW_WATER_PERCENT);
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
        long freed = 0;
        for (int batch = 0; batch < BATCHES_MAX && freed < bytes; batch++) {
            List<CleanFile> candidates = area.cleanCandidates(bytes - freed, BATCH_MAX);
            if (candidates.isEmpty()) {
                return;
            }
            for (CleanFile file : candidates) {
                if (evict(file.key(), file.generation())) {
                    freed += file.diskBytes();
                }
            }
        }
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
