package io.forebay.metadata.placement;

import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FailureKind;
import io.forebay.proto.WorkerRecord;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which worker owns a new file: one on the caller's node, else a weighted rendezvous; and which one
 * gets a copy: one that fails for another reason than those that have it.
 */
public final class Placement {
    /** What a worker keeps free for the files that are open already. */
    private static final long RESERVE_BYTES = 16L << 20;

    /**
     * Workers whose labels name the same one are lost together; without it, those of a node are.
     */
    private static final String DOMAIN_LABEL = "failure-domain";

    private Placement() {}

    /** Refuses with UNAVAILABLE without a healthy worker, with NO_SPACE where all are full. */
    public static String choose(Space space, List<WorkerRecord> workers, String node, long ino) {
        List<WorkerRecord> healthy =
                workers.stream()
                        .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                        .toList();
        Refusal.when(healthy.isEmpty(), FailureKind.FAILURE_UNAVAILABLE);
        List<WorkerRecord> roomy = healthy.stream().filter(worker -> hasRoom(worker, 0)).toList();
        Refusal.when(roomy.isEmpty(), FailureKind.FAILURE_NO_SPACE);
        List<WorkerRecord> near =
                roomy.stream().filter(worker -> worker.getNode().equals(node)).toList();
        return best(near.isEmpty() ? roomy.stream() : near.stream(), ino).orElseThrow().getId();
    }

    /**
     * Which worker brings to the bucket what needs no room of its own; empty where there never was
     * one.
     */
    public static String carrier(Space space, List<WorkerRecord> workers, long ino) {
        List<WorkerRecord> healthy =
                workers.stream()
                        .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                        .toList();
        return best((healthy.isEmpty() ? workers : healthy).stream(), ino)
                .map(WorkerRecord::getId)
                .orElse("");
    }

    /**
     * A worker for one more copy of a file, or none: of another failure domain than those that have
     * it, else on another node, else any other one.
     *
     * @param having whoever has it or must not get it
     */
    static Optional<WorkerRecord> chooseAnother(
            Space space, List<WorkerRecord> workers, Collection<String> having, Content content) {
        List<WorkerRecord> present =
                workers.stream().filter(worker -> having.contains(worker.getId())).toList();
        List<WorkerRecord> able =
                workers.stream()
                        .filter(worker -> !having.contains(worker.getId()))
                        .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                        .filter(worker -> hasRoom(worker, content.bytes()))
                        .filter(worker -> !worker.getAddress().isEmpty())
                        .toList();
        List<Predicate<WorkerRecord>> wishes =
                List.of(
                        worker -> present.stream().noneMatch(other -> sameDomain(worker, other)),
                        worker -> present.stream().noneMatch(other -> sameNode(worker, other)),
                        worker -> true);
        return wishes.stream()
                .map(wish -> best(able.stream().filter(wish), content.ino()))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static boolean hasRoom(WorkerRecord worker, long bytes) {
        return worker.getFreeBytes() - bytes > RESERVE_BYTES;
    }

    private static boolean sameDomain(WorkerRecord one, WorkerRecord other) {
        return domain(one).equals(domain(other));
    }

    private static boolean sameNode(WorkerRecord one, WorkerRecord other) {
        return one.getNode().equals(other.getNode());
    }

    private static String domain(WorkerRecord worker) {
        return worker.getLabelsOrDefault(DOMAIN_LABEL, worker.getNode());
    }

    private static Optional<WorkerRecord> best(Stream<WorkerRecord> workers, long ino) {
        return workers.max(Comparator.comparingDouble(worker -> score(worker, ino)));
    }

    /** Each worker is chosen for a share of the files that is its share of the free bytes. */
    private static double score(WorkerRecord worker, long ino) {
        long hash = (worker.getId().hashCode() * 0x9E3779B97F4A7C15L) ^ (ino * 0xC2B2AE3D27D4EB4FL);
        hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
        double uniform = ((hash >>> 11) + 0.5) / (1L << 53);
        return -worker.getFreeBytes() / Math.log(uniform);
    }

    /** What is to be placed. */
    record Content(long ino, long bytes) {}
}
