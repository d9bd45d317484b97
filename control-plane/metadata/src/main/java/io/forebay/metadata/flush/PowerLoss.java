package io.forebay.metadata.flush;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Space;
import io.forebay.observability.EventName;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FlushRecord;
import io.forebay.proto.FlushState;
import io.forebay.proto.StagedRemains;

/**
 * Files of a worker whose machine was started anew: of what was not synced there may be less on the
 * disk than was written. That is no content that a file ever had, and must not take the place of
 * its object. It is held until somebody opens the file for writing: nobody else can say what it is
 * worth.
 */
public final class PowerLoss {
    private static final System.Logger LOG = System.getLogger(PowerLoss.class.getName());

    private PowerLoss() {}

    /** What was committed is on the worker's disk, unless another mount has written since. */
    public static void synced(Inode inode, FinalSize size) {
        if (inode.flush().getStagedCtimeNanos() == size.getStagedCtimeNanos()) {
            inode.flush().setSyncedCtimeNanos(size.getStagedCtimeNanos());
        }
    }

    /** Somebody begins to write, on top of what was committed last. */
    static void opened(Inode inode) {
        FlushRecord.Builder flush = inode.flush();
        if (flush.getSyncedCtimeNanos() != flush.getStagedCtimeNanos()) {
            flush.clearSyncedCtimeNanos();
        }
    }

    /** What the worker's disk has, against what was committed. */
    static void compare(Space space, Inode inode, StagedRemains remains) {
        FlushState state = inode.state();
        boolean open = state == FlushState.FLUSH_STATE_OPEN;
        if (state == FlushState.FLUSH_STATE_CLEAN || isWhole(inode, remains, open)) {
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                EventName.FILE_INCOMPLETE.line(
                        "workspace", space.id(),
                        "ino", inode.ino(),
                        "size", inode.attributes().getSize(),
                        "found", remains.getSize()));
        if (open) {
            inode.flush().setCutShort(true); // held when it counts as closed
        } else {
            hold(space, inode);
            inode.flush().setStagedCtimeNanos(remains.getCtimeNanos()).clearTimedCtimeNanos();
            inode.attributes()
                    .setSize(remains.getSize())
                    .setBlocks(remains.getBlocks())
                    .setCtimeNanos(space.nowNanos());
        }
    }

    /** A file system may have the size of what it has no bytes of; the last change tells. */
    private static boolean isWhole(Inode inode, StagedRemains remains, boolean open) {
        if (inode.attributes().getSize() != remains.getSize()) {
            return false;
        }
        FlushRecord.Builder flush = inode.flush();
        long committed = flush.getStagedCtimeNanos();
        long synced = flush.getSyncedCtimeNanos();
        long found = remains.getCtimeNanos();
        if (committed == 0) { // nobody has written since it was opened, or several mounts had it
            return !open
                    || inode.attributes().getMtimeNanos() == remains.getMtimeNanos()
                    || found <= synced;
        }
        // fdatasync leaves the times in memory.
        return found == committed
                || found == flush.getTimedCtimeNanos()
                || (synced == committed && found <= synced);
    }

    static void hold(Space space, Inode inode) {
        inode.flush().setCutShort(true);
        Flow.stuck(
                space,
                inode,
                FlushState.FLUSH_STATE_FAILED,
                "The power was lost before this was synced, and what is left may be a part: write"
                        + " it again, or open it for writing and close it to keep what is left");
    }
}
