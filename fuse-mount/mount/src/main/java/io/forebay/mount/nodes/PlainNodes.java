package io.forebay.mount.nodes;

import io.forebay.proto.Attributes;
import java.util.Arrays;

/**
 * Nodes that had no extended attributes when they were last heard of. The kernel asks for one at
 * the first write of each file and more at each {@code ls -l}: this answers without a call, for no
 * longer than the kernel itself may believe attributes. What falls out of it costs a call.
 */
final class PlainNodes {
    /** A power of two; 400 KiB. */
    private static final int SLOTS = 1 << 14;

    private final long timeoutMillis;

    // By the low bits of the inode, the last one heard of. Guarded by this.
    private final long[] inos = new long[SLOTS];
    private final long[] ctimes = new long[SLOTS];
    private final long[] heardMillis = new long[SLOTS];

    PlainNodes(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    /** Answers can come in either order: the newer state stays. */
    synchronized void heard(Attributes attributes, long nowMillis) {
        int slot = slot(attributes.getIno());
        boolean older =
                inos[slot] == attributes.getIno() && ctimes[slot] > attributes.getCtimeNanos();
        if (!older) {
            inos[slot] = attributes.getIno();
            ctimes[slot] = attributes.getCtimeNanos();
            heardMillis[slot] = attributes.getHasXattrs() ? Long.MIN_VALUE / 2 : nowMillis;
        }
    }

    synchronized boolean isPlain(long ino, long nowMillis) {
        int slot = slot(ino);
        return inos[slot] == ino && nowMillis - heardMillis[slot] < timeoutMillis;
    }

    /** Somebody else changed the node. */
    synchronized void forget(long ino) {
        if (inos[slot(ino)] == ino) {
            heardMillis[slot(ino)] = Long.MIN_VALUE / 2;
        }
    }

    synchronized void forgetAll() {
        Arrays.fill(heardMillis, Long.MIN_VALUE / 2);
    }

    private static int slot(long ino) {
        return (int) ino & (SLOTS - 1);
    }
}
