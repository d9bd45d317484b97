package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Unaligned access in the machine's byte order, and the size check that each struct makes. */
final class Wire {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Wire() {}

    static void require(MemorySegment bytes, long size) {
        if (bytes.byteSize() < size) {
            throw new IllegalArgumentException("shorter than its struct");
        }
    }

    static short shortAt(MemorySegment bytes, long offset) {
        return bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset);
    }

    static int intAt(MemorySegment bytes, long offset) {
        return bytes.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    static long longAt(MemorySegment bytes, long offset) {
        return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
    }

    static void putShort(MemorySegment bytes, long offset, int value) {
        bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, (short) value);
    }

    static void putInt(MemorySegment bytes, long offset, int value) {
        bytes.set(ValueLayout.JAVA_INT_UNALIGNED, offset, value);
    }

    static void putLong(MemorySegment bytes, long offset, long value) {
        bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, value);
    }

    /** A duration that is never negative: whole seconds at one place, the rest at another. */
    static void putTimeout(MemorySegment bytes, long seconds, long nanoseconds, long value) {
        long nanos = Math.max(value, 0);
        putLong(bytes, seconds, nanos / NANOS_PER_SECOND);
        putInt(bytes, nanoseconds, (int) (nanos % NANOS_PER_SECOND));
    }

    /** A time since the epoch, also before it. */
    static void putTime(MemorySegment bytes, long seconds, long nanoseconds, long nanos) {
        putLong(bytes, seconds, Math.floorDiv(nanos, NANOS_PER_SECOND));
        putInt(bytes, nanoseconds, (int) Math.floorMod(nanos, NANOS_PER_SECOND));
    }

    /**
     * A time in nanoseconds; what a long cannot hold (before 1678, after 2261) is cut to its ends.
     */
    static long time(long seconds, int nanoseconds) {
        long limit = Long.MAX_VALUE / NANOS_PER_SECOND - 1;
        return Math.clamp(seconds, -limit, limit) * NANOS_PER_SECOND
                + Math.clamp(nanoseconds, 0L, (int) NANOS_PER_SECOND - 1);
    }
}
