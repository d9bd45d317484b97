package io.forebay.metadata.flush;

import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.metadata.work.Lease;
import io.forebay.metadata.work.Step;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushState;
import io.forebay.proto.SettleTask;
import io.forebay.proto.SettledFile;
import io.forebay.proto.Task;
import io.forebay.proto.TaskRecord;

/**
 * Files whose writer is gone without a word, or that several mounts wrote at once: their worker
 * says what there is.
 */
public final class Settling {
    private Settling() {}

    /** Asks the owner for the file's size; the file stays OPEN until the answer. */
    static void request(Space space, Inode inode) {
        if (inode.linked()) {
            Queue.put(
                    space,
                    inode.owner(),
                    TaskId.of(TaskKind.SETTLE, inode.ino()),
                    TaskRecord.newBuilder()
                            .setDueMillis(space.nowMillis())
                            .setGeneration(inode.generation())
                            .build());
        }
    }

    /**
     * Another worker's copy is the file now. What was written to the lost owner since the copy's
     * last pass is lost: of a file that is open, what the copy has counts, as after a loss of
     * power; one that is closed is there as a whole.
     */
    public static void inherited(Space space, Inode inode) {
        switch (inode.state()) {
            case FLUSH_STATE_UPLOADING, FLUSH_STATE_COMMITTING ->
                    inode.attributes().setFlushState(FlushState.FLUSH_STATE_QUEUED);
            case FLUSH_STATE_OPEN -> {
                inode.flush()
                        .setUnsettled(true)
                        .clearCutGeneration()
                        .clearStagedCtimeNanos()
                        .clearTimedCtimeNanos();
                if (!Handles.anyWriting(space, inode.ino())) {
                    request(space, inode);
                }
            }
            default -> {
                // Nothing of it depends on who has it.
            }
        }
    }

    static Step prepare(Space space, long ino, TaskRecord record) {
        Inode inode = space.find(ino);
        if (inode == null
                || inode.generation() != record.getGeneration()
                || inode.state() != FlushState.FLUSH_STATE_OPEN) {
            return new Step.Drop();
        }
        SettleTask task =
                SettleTask.newBuilder().setIno(ino).setGeneration(inode.generation()).build();
        return new Step.Give(Task.newBuilder().setSettle(task));
    }

    static void ended(Space space, Lease lease, SettledFile settled) {
        TaskId task = TaskId.of(TaskKind.SETTLE, settled.getIno());
        Inode inode = space.find(settled.getIno());
        TaskRecord pending = Queue.find(space, lease.worker(), task);
        if (pending == null || pending.getGeneration() != settled.getGeneration()) {
            return;
        }
        Queue.remove(space, lease.worker(), task);
        if (inode == null
                || inode.generation() != settled.getGeneration()
                || inode.state() != FlushState.FLUSH_STATE_OPEN) {
            return;
        }
        inode.flush().clearShared().clearTimedCtimeNanos();
        if (settled.getPresent()) {
            FinalSize.Builder size =
                    FinalSize.newBuilder()
                            .setSize(settled.getSize())
                            .setMtimeNanos(settled.getMtimeNanos())
                            .setBlocks(settled.getBlocks());
            boolean known = settled.getSize() == inode.attributes().getSize();
            if (known && !inode.flush().getUnsettled()) { // a time that was set by hand holds
                size.setMtimeNanos(inode.attributes().getMtimeNanos());
            }
            Flow.committed(space, inode, size.build());
        } else if (inode.flush().getCleanGeneration() == 0) {
            inode.flush().clearUnsettled();
            Flow.stuck(
                    space,
                    inode,
                    FlushState.FLUSH_STATE_FAILED,
                    "The worker never got the content before its writer ended: write it again");
            return;
        }
        inode.flush().clearUnsettled();
        Flow.closed(space, inode, "");
    }
}
