package io.forebay.metadata.placement;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.CopiesRecord;
import io.forebay.proto.CopyRecord;
import io.forebay.proto.TaskRecord;
import io.forebay.proto.WorkerRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The copies of a file's staged bytes at other workers than its owner. They are there while the
 * bucket does not have the content; the owner brings them to what it has itself, and a close or an
 * fsync waits until as many as were asked for have what it saw.
 */
public final class Copies {
    /** What is due by then is not planned anew: it may just have been looked at. */
    private static final long SOON_MILLIS = 1_000;

    private Copies() {}

    /** The queue of an owner's work on copies: closes wait for it, so uploads are not before it. */
    public static String queue(String owner) {
        return owner + "/copies"; // no worker's id has a slash
    }

    public static TaskId task(long ino) {
        return TaskId.of(TaskKind.COPY, ino);
    }

    /** A close or an fsync waits for copies; the number to wait for. */
    public static long ask(Space space, Inode inode) {
        CopiesRecord.Builder copies = of(inode);
        copies.setAsked(copies.getAsked() + 1);
        plan(space, inode, 0);
        return copies.getAsked();
    }

    /** The owner is to look at its copies in a while, or now. */
    public static void plan(Space space, Inode inode, long delayMillis) {
        Queue.put(space, queue(inode.owner()), task(inode.ino()), space.nowMillis() + delayMillis);
    }

    /** Whether the owner's work on the copies is planned or under way. */
    public static boolean isPlanned(Space space, Inode inode) {
        return Queue.find(space, queue(inode.owner()), task(inode.ino())) != null;
    }

    /** As {@link #plan} for now, unless it is under way or about to be. */
    public static void hurry(Space space, Inode inode) {
        TaskRecord planned = Queue.find(space, queue(inode.owner()), task(inode.ino()));
        if (planned == null
                || (!planned.getLeased()
                        && planned.getDueMillis() > space.nowMillis() + SOON_MILLIS)) {
            plan(space, inode, 0);
        }
    }

    /** The bucket has the content, or the file is gone: whoever waits for copies need not. */
    public static void end(Space space, Inode inode) {
        if (!inode.record().hasCopies()) {
            return;
        }
        CopiesRecord.Builder copies = of(inode);
        for (CopyRecord copy : List.copyOf(copies.getCopiesList())) {
            drop(space, inode, copy.getWorker());
        }
        copies.setThere(copies.getAsked()).clearError().clearAvoid().clearOwnerStagingId();
        Queue.remove(space, queue(inode.owner()), task(inode.ino()));
    }

    /** A worker has lost its copy: another one is made, there or elsewhere. */
    public static void lost(Space space, Inode inode, String worker) {
        remove(inode, worker);
        plan(space, inode, 0);
    }

    /** A worker's copy is not needed any more. */
    static void drop(Space space, Inode inode, String worker) {
        remove(inode, worker);
        left(space, inode, worker);
    }

    /** What a worker has that is not the owner any more goes, when it asks and is not again. */
    public static void left(Space space, Inode inode, String worker) {
        Queue.put(space, worker, dropping(inode.ino()), space.nowMillis());
    }

    private static void remove(Inode inode, String worker) {
        List<CopyRecord> left = new ArrayList<>(inode.record().getCopies().getCopiesList());
        left.removeIf(copy -> copy.getWorker().equals(worker));
        of(inode).clearCopies().addAllCopies(left);
    }

    /**
     * Chooses who has copies: those who have them already as long as they answer, and others in
     * place of those that do not, whose copies stay until others have all: they may come back.
     *
     * @param needed beside the owner's own
     * @return those that answer; fewer than needed where there are not enough workers
     */
    public static List<WorkerRecord> arrange(
            Space space, Inode inode, List<WorkerRecord> workers, int needed) {
        CopiesRecord.Builder copies = of(inode);
        if (copies.getOwnerStagingId().isEmpty()) {
            find(workers, inode.owner())
                    .ifPresent(owner -> copies.setOwnerStagingId(owner.getStagingId()));
        }
        List<WorkerRecord> able = new ArrayList<>();
        Deque<WorkerRecord> unwilling = new ArrayDeque<>();
        for (CopyRecord copy : List.copyOf(copies.getCopiesList())) {
            find(workers, copy.getWorker())
                    .filter(known -> Registry.healthy(known, space.nowMillis()))
                    .ifPresent(known -> (isAvoided(inode, known) ? unwilling : able).add(known));
        }
        able.sort(Comparator.comparingLong((WorkerRecord worker) -> -there(inode, worker)));
        while (able.size() > needed) {
            drop(space, inode, able.removeLast().getId());
        }
        while (able.size() < needed) {
            Optional<WorkerRecord> next =
                    added(space, inode, workers, copies.getAvoidList())
                            .or(() -> Optional.ofNullable(unwilling.poll()))
                            .or(() -> added(space, inode, workers, List.of()));
            if (next.isEmpty()) {
                break;
            }
            able.add(next.get());
        }
        return able;
    }

    private static boolean isAvoided(Inode inode, WorkerRecord worker) {
        return inode.record().getCopies().getAvoidList().contains(worker.getId());
    }

    /** One more worker that gets a copy, if there is one. */
    private static Optional<WorkerRecord> added(
            Space space, Inode inode, List<WorkerRecord> workers, List<String> avoided) {
        CopiesRecord.Builder copies = of(inode);
        Set<String> having = new HashSet<>(avoided);
        having.add(inode.owner());
        copies.getCopiesList().forEach(copy -> having.add(copy.getWorker()));
        Placement.Content content =
                new Placement.Content(inode.ino(), inode.attributes().getSize());
        Optional<WorkerRecord> next = Placement.chooseAnother(space, workers, having, content);
        next.ifPresent(worker -> {
            Queue.remove(space, worker.getId(), dropping(inode.ino()));
            copies.setAsked(copies.getAsked() + 1)
                    .addCopies(
                            CopyRecord.newBuilder()
                                    .setWorker(worker.getId())
                                    .setStagingId(worker.getStagingId())
                                    .setFrom(copies.getAsked()));
        });
        return next;
    }

    /**
     * What the owner says: these workers have what it had when it was asked the last time. When
     * they are enough, what else there was of copies goes.
     */
    public static void arrived(
            Space space, Inode inode, List<String> workers, long asked, int needed) {
        CopiesRecord.Builder copies = of(inode);
        List<String> behind = new ArrayList<>();
        for (CopyRecord.Builder copy : copies.getCopiesBuilderList()) {
            if (workers.contains(copy.getWorker()) && copy.getFrom() <= asked) {
                copy.setThere(Math.max(copy.getThere(), asked));
            } else {
                behind.add(copy.getWorker());
            }
        }
        if (copies.getCopiesCount() - behind.size() >= needed) {
            copies.setThere(Math.max(copies.getThere(), asked)).clearError().clearAvoid();
            behind.forEach(worker -> drop(space, inode, worker));
        }
    }

    private static long there(Inode inode, WorkerRecord worker) {
        return inode.record().getCopies().getCopiesList().stream()
                .filter(copy -> copy.getWorker().equals(worker.getId()))
                .mapToLong(CopyRecord::getThere)
                .findFirst()
                .orElse(0);
    }

    /**
     * A worker did not take its copy: others are tried before it is asked again. What it has stays
     * until another one has it.
     */
    public static void failed(Inode inode, List<String> workers, String message) {
        CopiesRecord.Builder copies = of(inode);
        workers.stream()
                .filter(worker -> !copies.getAvoidList().contains(worker))
                .forEach(copies::addAvoid);
        copies.setError(message);
    }

    /** Who has all that any close or fsync that has returned saw, of those that a test takes. */
    public static Optional<String> successor(Inode inode, Predicate<String> able) {
        long acknowledged = Math.max(1, inode.record().getCopies().getThere());
        return inode.record().getCopies().getCopiesList().stream()
                .filter(copy -> copy.getThere() >= acknowledged)
                .map(CopyRecord::getWorker)
                .filter(able)
                .findFirst();
    }

    /** A copy becomes the staged file itself: its worker is the owner from now on. */
    public static void promote(Space space, Inode inode, String worker) {
        Queue.remove(space, queue(inode.owner()), task(inode.ino()));
        remove(inode, worker);
        of(inode).clearOwnerStagingId();
        inode.record().setOwner(worker).setStaged(true);
        plan(space, inode, 0);
    }

    /** Whether a worker has another disk than when it got what it has of the file. */
    public static boolean isEmptied(CopiesRecord copies, boolean owner, WorkerRecord worker) {
        String before =
                owner
                        ? copies.getOwnerStagingId()
                        : copies.getCopiesList().stream()
                                .filter(copy -> copy.getWorker().equals(worker.getId()))
                                .map(CopyRecord::getStagingId)
                                .findFirst()
                                .orElse("");
        return !before.isEmpty() && !before.equals(worker.getStagingId());
    }

    private static CopiesRecord.Builder of(Inode inode) {
        return inode.record().getCopiesBuilder();
    }

    private static TaskId dropping(long ino) {
        return TaskId.of(TaskKind.DROP_COPY, ino);
    }

    private static Optional<WorkerRecord> find(List<WorkerRecord> workers, String id) {
        return workers.stream().filter(worker -> worker.getId().equals(id)).findFirst();
    }
}
