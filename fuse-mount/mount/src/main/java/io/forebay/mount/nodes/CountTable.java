package io.forebay.mount.nodes;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * Counts by inode: one open-addressed table of 16 bytes a slot, at most three quarters full, in
 * native memory: the kernel may keep many more inodes than a heap of tens of megabytes has room
 * for. Guarded by its owner.
 */
final class CountTable {
    private static final int SLOTS_FIRST = 16;
    private static final long SLOT_BYTES = 2 * Long.BYTES;

    /** Ino and count in turn; a slot with count 0 is free. */
    private MemorySegment memory = allocate(SLOTS_FIRST);

    private int slots = SLOTS_FIRST;
    private int size;

    void add(long ino, long count) {
        int at = find(ino);
        if (count(at) == 0) {
            if ((size + 1) * 4L > slots * 3L) {
                resize(slots * 2);
                at = find(ino);
            }
            size++;
        }
        set(at, ino, count(at) + count);
    }

    /** Takes {@code count} away; an inode that comes to 0 is not known any more. */
    void forget(long ino, long count) {
        int at = find(ino);
        if (count(at) == 0) {
            return;
        }
        set(at, ino, Math.max(0, count(at) - count));
        if (count(at) == 0) {
            size--;
            closeGap(at);
            if (slots > SLOTS_FIRST && size * 8L < slots) {
                resize(slots / 2);
            }
        }
    }

    long count(long ino) {
        return count(find(ino));
    }

    int size() {
        return size;
    }

    long[] inos() {
        return IntStream.range(0, slots)
                .filter(slot -> count(slot) != 0)
                .mapToLong(this::ino)
                .toArray();
    }

    private int find(long ino) {
        int at = home(ino);
        while (count(at) != 0 && ino(at) != ino) {
            at = next(at);
        }
        return at;
    }

    /**
     * Moves what stands behind a freed slot to where a search finds it (Knuth 6.4, algorithm R).
     */
    private void closeGap(int freed) {
        int gap = freed;
        for (int at = next(gap); count(at) != 0; at = next(at)) {
            int home = home(ino(at));
            boolean reachable = gap <= at ? (gap < home && home <= at) : (gap < home || home <= at);
            if (!reachable) {
                set(gap, ino(at), count(at));
                set(at, 0, 0);
                gap = at;
            }
        }
    }

    /** Throws before anything is changed where there is no memory for it. */
    private void resize(int wanted) {
        MemorySegment fresh = allocate(wanted);
        MemorySegment old = memory;
        int oldSlots = slots;
        memory = fresh;
        slots = wanted;
        for (int slot = 0; slot < oldSlots; slot++) {
            long count = old.getAtIndex(JAVA_LONG, 2L * slot + 1);
            if (count != 0) {
                long ino = old.getAtIndex(JAVA_LONG, 2L * slot);
                set(find(ino), ino, count);
            }
        }
    }

    /** Freed when nobody has it any more. */
    private static MemorySegment allocate(int slots) {
        return Arena.ofAuto().allocate(slots * SLOT_BYTES);
    }

    private int home(long ino) {
        // the top bits: only they lie evenly for inodes that follow each other (Knuth 6.4)
        long mixed = ino * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> (Long.numberOfLeadingZeros(slots) + 1));
    }

    private int next(int at) {
        return at + 1 == slots ? 0 : at + 1;
    }

    private long ino(int slot) {
        return memory.getAtIndex(JAVA_LONG, 2L * slot);
    }

    private long count(int slot) {
        return memory.getAtIndex(JAVA_LONG, 2L * slot + 1);
    }

    private void set(int slot, long ino, long count) {
        memory.setAtIndex(JAVA_LONG, 2L * slot, ino);
        memory.setAtIndex(JAVA_LONG, 2L * slot + 1, count);
    }
}
