package io.forebay.mount.nodes;

import io.forebay.proto.Attributes;
import io.forebay.proto.FlushState;

/**
 * Which content of a file the pages are of, at the oldest, that the kernel keeps: its generation,
 * and its time of change, which nobody sets by hand and each commit of new content moves. What
 * falls out is read anew.
 */
public final class CachedContents {
    /** A power of two; 384 KiB. */
    private static final int SLOTS = 1 << 14;

    // By the low bits of the inode, the last one opened. Guarded by this.
    private final long[] inos = new long[SLOTS];
    private final long[] generations = new long[SLOTS];
    private final long[] ctimes = new long[SLOTS];

    /**
     * A file is opened through the page cache.
     *
     * @return whether the pages that the kernel has of it are of its present content
     */
    public synchronized boolean opened(Attributes attributes) {
        int slot = (int) attributes.getIno() & (SLOTS - 1);
        boolean same =
                inos[slot] == attributes.getIno()
                        && generations[slot] == attributes.getGeneration()
                        && ctimes[slot] == attributes.getCtimeNanos();
        inos[slot] = attributes.getIno();
        generations[slot] = attributes.getGeneration();
        ctimes[slot] = attributes.getCtimeNanos();
        return same && attributes.getFlushState() != FlushState.FLUSH_STATE_OPEN;
    }
}
