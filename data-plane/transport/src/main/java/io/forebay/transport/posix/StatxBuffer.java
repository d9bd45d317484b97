package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.forebay.transport.file.FileStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct statx} of linux/stat.h, 256 bytes; only what is used here.
 *
 * <pre>
 *    0 stx_mask u32 | 4 stx_blksize u32 | 8 stx_attributes u64 | 16 nlink u32 | 20 uid | 24 gid
 *   28 mode u16, pad | 32 stx_ino u64 | 40 stx_size u64 | 48 stx_blocks u64 | 56 attributes_mask
 *   64 atime | 80 btime | 96 ctime | 112 mtime (each: s64 seconds, u32 nanoseconds, pad)
 *  128 rdev major, minor u32 | 136 stx_dev_major u32 | 140 stx_dev_minor u32 | 144 ...
 * </pre>
 */
record StatxBuffer(MemorySegment memory, MemorySegment emptyPath) {
    static final int AT_EMPTY_PATH = 0x1000;

    /** STATX_BASIC_STATS of linux/stat.h. */
    static final int BASIC_STATS = 0x7ff;

    private static final int BYTES = 256;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    StatxBuffer {
        if (memory.byteSize() != BYTES) {
            throw new IllegalArgumentException("statx buffer of " + memory.byteSize());
        }
    }

    static StatxBuffer allocate(Arena arena) {
        return new StatxBuffer(arena.allocate(BYTES, Long.BYTES), arena.allocateFrom(""));
    }

    FileStatus status() {
        long device =
                Integer.toUnsignedLong(memory.get(JAVA_INT, 136)) << 32
                        | Integer.toUnsignedLong(memory.get(JAVA_INT, 140));
        return new FileStatus(
                memory.get(JAVA_LONG, 40),
                nanos(112),
                nanos(96),
                memory.get(JAVA_LONG, 48),
                device,
                memory.get(JAVA_LONG, 32));
    }

    private long nanos(long offset) {
        return memory.get(JAVA_LONG, offset) * NANOS_PER_SECOND
                + Integer.toUnsignedLong(memory.get(JAVA_INT, offset + 8));
    }
}
