package io.forebay.mount.nodes;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How often the kernel was told of each inode, less what it forgot. The kernel may keep millions of
 * them, so this is one open-addressed array: 16 bytes a slot, at most three quarters full.
 */
public final class LookupCounts {
    private static final int SLOTS_FIRST = 1024;

    /** Ino and count in turn; a slot with count 0 is free. Guarded by this; so is the size. */
    private long[] slots = new long[2 * SLOTS_FIRST];

    private int size;

    public synchronized void add(long ino, long count) {
        int at = find(ino);
        if (slots[at + 1] == 0) {
            size++;
        }
        slots[at] = ino;
        slots[at + 1] += count;
        if (size * 4L > slots.length / 2 * 3L) {
            resize(slots.length * 2);
        }
    }

    /** Takes {@code count} away; an inode that comes to 0 is not known any more. */
    public synchronized void forget(long ino, long count) {
        int at = find(ino);
        if (slots[at + 1] == 0) {
            return;
        }
        slots[at + 1] = Math.max(0, slots[at + 1] - count);
        if (slots[at + 1] == 0) {
            size--;
            closeGap(at);
            if (slots.length > 2 * SLOTS_FIRST && size * 8L < slots.length / 2) {
                resize(slots.length / 2);
            }
        }
    }

    public synchronized long count(long ino) {
        return slots[find(ino) + 1];
    }

    /** All inodes that the kernel may know. */
    synchronized long[] inos() {
        return IntStream.range(0, slots.length / 2)
                .filter(slot -> slots[2 * slot + 1] != 0)
                .mapToLong(slot -> slots[2 * slot])
                .toArray();
    }

    /** Inodes that the kernel may know. */
    public synchronized int size() {
        return size;
    }

    private int find(long ino) {
        int at = home(ino);
        while (slots[at + 1] != 0 && slots[at] != ino) {
            at = next(at);
        }
        return at;
    }

    /**
     * Moves what stands behind a freed slot to where a search finds it (Knuth 6.4, algorithm R).
     */
    private void closeGap(int freed) {
        int gap = freed;
        for (int at = next(gap); slots[at + 1] != 0; at = next(at)) {
            int home = home(slots[at]);
            boolean reachable = gap <= at ? (gap < home && home <= at) : (gap < home || home <= at);
            if (!reachable) {
                slots[gap] = slots[at];
                slots[gap + 1] = slots[at + 1];
                slots[at + 1] = 0;
                gap = at;
            }
        }
    }

    private void resize(int length) {
        long[] old = slots;
        slots = new long[length];
        Arrays.fill(slots, 0);
        for (int i = 0; i < old.length; i += 2) {
            if (old[i + 1] != 0) {
                int at = find(old[i]);
                slots[at] = old[i];
                slots[at + 1] = old[i + 1];
            }
        }
    }

    private int home(long ino) {
        // the top bits: only they lie evenly for inodes that follow each other (Knuth 6.4)
        long mixed = ino * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> (Long.numberOfLeadingZeros(slots.length / 2) + 1)) * 2;
    }

    private int next(int at) {
        return at + 2 == slots.length ? 0 : at + 2;
    }
}
