package io.forebay.mount.fs;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A native buffer for each thread, as large as the largest read it has answered. */
final class ReadBuffers {
    private static final int BYTES_FIRST = 64 << 10;

    /** Owned by its thread; the memory goes with the thread. */
    private final ThreadLocal<MemorySegment> buffers =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(0));

    MemorySegment of(int bytes) {
        MemorySegment buffer = buffers.get();
        if (buffer.byteSize() < bytes) {
            long size = Math.max(BYTES_FIRST, Long.highestOneBit(2L * bytes - 1));
            buffer = Arena.ofAuto().allocate(size, 4096);
            buffers.set(buffer);
        }
        return buffer.asSlice(0, bytes);
    }
}
