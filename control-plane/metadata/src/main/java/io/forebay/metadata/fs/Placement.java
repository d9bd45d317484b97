package io.forebay.metadata.fs;

import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FailureKind;
import io.forebay.proto.WorkerRecord;
import java.util.Comparator;
import java.util.List;

/** Which worker owns a new file: one on the caller's node, else a weighted rendezvous. */
public final class Placement {
    /** What a worker keeps free for the files that are open already. */
    private static final long RESERVE_BYTES = 16L << 20;

    private Placement() {}

    /** Refuses with UNAVAILABLE without a healthy worker, with NO_SPACE where all are full. */
    public static String choose(Space space, List<WorkerRecord> workers, String node, long ino) {
        List<WorkerRecord> healthy =
                workers.stream()
                        .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                        .toList();
        Refusal.when(healthy.isEmpty(), FailureKind.FAILURE_UNAVAILABLE);
        List<WorkerRecord> roomy =
                healthy.stream().filter(worker -> worker.getFreeBytes() > RESERVE_BYTES).toList();
        Refusal.when(roomy.isEmpty(), FailureKind.FAILURE_NO_SPACE);
        List<WorkerRecord> near =
                roomy.stream().filter(worker -> worker.getNode().equals(node)).toList();
        return (near.isEmpty() ? roomy : near)
                .stream()
                        .max(Comparator.comparingDouble(worker -> score(worker, ino)))
                        .orElseThrow()
                        .getId();
    }

    /**
     * Which worker brings to the bucket what needs no room of its own; empty where there never was
     * one.
     */
    static String carrier(Space space, List<WorkerRecord> workers, long ino) {
        List<WorkerRecord> healthy =
                workers.stream()
                        .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                        .toList();
        return (healthy.isEmpty() ? workers : healthy)
                .stream()
                        .max(Comparator.comparingDouble(worker -> score(worker, ino)))
                        .map(WorkerRecord::getId)
                        .orElse("");
    }

    /** Each worker is chosen for a share of the files that is its share of the free bytes. */
    private static double score(WorkerRecord worker, long ino) {
        long hash = (worker.getId().hashCode() * 0x9E3779B97F4A7C15L) ^ (ino * 0xC2B2AE3D27D4EB4FL);
        hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        double uniform = ((hash >>> 11) + 0.5) / (1L << 53);
        return -worker.getFreeBytes() / Math.log(uniform);
    }
}
