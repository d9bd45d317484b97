package io.forebay.mount.open;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One open of the kernel.
 *
 * @param told of the inode's failures, how many an fsync of this open has said
 */
public record OpenFile(long handle, OpenInode inode, Access access, AtomicLong told) {
    OpenFile(long handle, OpenInode inode, Access access) {
        this(handle, inode, access, new AtomicLong(inode.answered().failures()));
    }

    /**
     * Whether something of what was written before was lost, and no fsync of this open has said so.
     * The close of a descriptor says it as well, but that may be one that nobody looks at: each
     * process that is started closes those of the one which starts it.
     */
    public boolean hasUntoldFailure() {
        return told.get() < inode.answered().failures();
    }

    /** As {@link #hasUntoldFailure}, which is told by that. */
    public boolean tellFailure() {
        long now = inode.answered().failures();
        return told.getAndSet(now) < now;
    }
}
