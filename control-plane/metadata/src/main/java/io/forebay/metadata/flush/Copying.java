package io.forebay.metadata.flush;

import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.KnownWorkers;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.work.Lease;
import io.forebay.metadata.work.Step;
import io.forebay.proto.Claims;
import io.forebay.proto.CopiedFile;
import io.forebay.proto.CopiesRecord;
import io.forebay.proto.CopyTask;
import io.forebay.proto.DropCopyTask;
import io.forebay.proto.FlushState;
import io.forebay.proto.Grant;
import io.forebay.proto.Task;
import io.forebay.proto.WorkerRecord;
import java.util.List;

/** An owner's copies at other workers, as its tasks. */
public final class Copying {
    /** Long enough for a large file's first pass; the token is for opening alone. */
    private static final long GRANT_MILLIS = 300_000;

    /** How soon workers are looked for again where there are not enough. */
    private static final long SEARCH_MILLIS = 1_000;

    /** While a file is written its copies follow it, so that the close has little left to send. */
    private static final long FOLLOW_MILLIS = 2_000;

    private static final long FOLLOW_MILLIS_MAX = 60_000;

    /** A pass reads the whole file: it has a fifth of the time at most. */
    private static final long FOLLOW_REST = 4;

    private final GrantKeys keys;
    private final KnownWorkers workers = new KnownWorkers();

    Copying(GrantKeys keys) {
        this.keys = keys;
    }

    /**
     * What a close or an fsync saw is to be at several workers before that returns.
     *
     * @return what to wait for, or 0 where there is nothing to wait for
     */
    public static long ask(Space space, Inode inode) {
        boolean none = needed(space, inode) == 0 || isUnchanged(inode);
        return none ? 0 : Copies.ask(space, inode);
    }

    /** Its copies follow a file that is written, so that its close has little left to send. */
    public static void followed(Space space, Inode inode) {
        if (!Copies.isPlanned(space, inode)) {
            Copies.plan(space, inode, FOLLOW_MILLIS);
        }
    }

    Step prepare(Space space, Lease lease, long ino) {
        Inode inode = space.find(ino);
        if (inode == null || !inode.owner().equals(lease.worker())) {
            return new Step.Drop();
        }
        int needed = needed(space, inode);
        if (needed == 0) {
            Copies.end(space, inode);
            return new Step.Drop();
        }
        List<WorkerRecord> all = workers.all(space.tx().snapshot());
        List<WorkerRecord> able = Copies.arrange(space, inode, all, needed);
        if (able.size() < needed) {
            inode.record()
                    .getCopiesBuilder()
                    .setError(
                            "replicas asks for "
                                    + (needed + 1)
                                    + " workers that answer and have room, and there are "
                                    + (able.size() + 1)
                                    + ": start another one");
        }
        if (able.isEmpty()) {
            return new Step.Wait(SEARCH_MILLIS);
        }
        CopyTask.Builder copy =
                CopyTask.newBuilder().setIno(ino).setAsked(inode.record().getCopies().getAsked());
        able.forEach(worker -> copy.addTargets(grant(space, inode, worker)));
        return new Step.Give(Task.newBuilder().setCopy(copy));
    }

    static Step prepareDrop(long ino) {
        return new Step.Give(Task.newBuilder().setDropCopy(DropCopyTask.newBuilder().setIno(ino)));
    }

    static void ended(Space space, Lease lease, CopiedFile copied) {
        String queue = Copies.queue(lease.worker());
        Inode inode = space.find(copied.getIno());
        if (inode == null || !inode.owner().equals(lease.worker())) {
            Queue.remove(space, queue, Copies.task(copied.getIno()));
            return;
        }
        int needed = needed(space, inode);
        if (needed == 0) {
            Copies.end(space, inode);
            return;
        }
        Copies.arrived(space, inode, copied.getWorkersList(), copied.getAsked(), needed);
        if (copied.getFailedCount() > 0) {
            Copies.failed(inode, copied.getFailedList(), copied.getMessage());
        }
        CopiesRecord.Builder copies = inode.record().getCopiesBuilder();
        boolean nobody = copied.getWorkersCount() == 0;
        if (nobody || copies.getCopiesCount() < needed) {
            Copies.plan(space, inode, SEARCH_MILLIS);
        } else if (copied.getFailedCount() > 0 || copies.getThere() < copies.getAsked()) {
            Copies.plan(space, inode, 0);
        } else if (inode.state() == FlushState.FLUSH_STATE_OPEN) {
            Copies.plan(space, inode, rest(copied));
        } else {
            Queue.remove(space, queue, Copies.task(inode.ino()));
        }
    }

    /** A writer that pauses is not looked at as often. */
    private static long rest(CopiedFile copied) {
        return copied.getSentBytes() == 0
                ? FOLLOW_MILLIS_MAX
                : Math.clamp(FOLLOW_REST * copied.getMillis(), FOLLOW_MILLIS, FOLLOW_MILLIS_MAX);
    }

    /** Another number of workers is to have the file. */
    static void revise(Space space, Inode inode) {
        int copies = inode.record().getCopies().getCopiesCount();
        if (copies != needed(space, inode)) {
            Copies.plan(space, inode, 0);
        }
    }

    /** How many copies beside the owner's own the file is to have; 0 where the bucket has it. */
    private static int needed(Space space, Inode inode) {
        boolean kept = inode.linked() || inode.record().getNameable();
        if (!kept || !inode.regular() || inode.state() == FlushState.FLUSH_STATE_CLEAN) {
            return 0;
        }
        return Policy.of(space, inode.ino()).replicas() - 1;
    }

    /** Whether the bucket has what was opened, and nobody has changed it yet. */
    private static boolean isUnchanged(Inode inode) {
        long clean = inode.flush().getCleanGeneration();
        return clean != 0 && inode.hasObject() && inode.object().getGeneration() == clean;
    }

    private Grant grant(Space space, Inode inode, WorkerRecord worker) {
        Claims claims =
                Claims.newBuilder()
                        .setWorkspaceId(space.id())
                        .setIno(inode.ino())
                        .setGeneration(inode.generation())
                        .setWrite(true)
                        .setCreate(true)
                        .setExpiresAtMillis(space.nowMillis() + GRANT_MILLIS)
                        .setWorkerId(worker.getId())
                        .setOpenedNanos(space.nowNanos())
                        .setCopyOf(inode.owner())
                        .build();
        return Grant.newBuilder()
                .setWorkerId(worker.getId())
                .setNode(worker.getNode())
                .setAddress(worker.getAddress())
                .setToken(keys.token(worker.getId(), claims))
                .build();
    }
}
