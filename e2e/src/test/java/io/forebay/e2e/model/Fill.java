package io.forebay.e2e.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Bytes that tell where they come from. */
final class Fill {
    private static final int PAGE = 4096;

    /** After so many bytes the value changes. */
    private static final int BLOCK = 512;

    private Fill() {}

    static MemorySegment of(Arena arena, int count, int fill) {
        MemorySegment bytes = arena.allocate(Math.max(1, count), PAGE).asSlice(0, count);
        put(bytes, fill);
        return bytes;
    }

    static void put(MemorySegment bytes, int fill) {
        for (long at = 0; at < bytes.byteSize(); at += BLOCK) {
            long count = Math.min(BLOCK, bytes.byteSize() - at);
            bytes.asSlice(at, count).fill((byte) (fill + at / BLOCK));
        }
    }

    /** One that a read fills. */
    static MemorySegment space(Arena arena, int count) {
        return of(arena, count, 0xee);
    }

    static byte[] copy(MemorySegment bytes, long count) {
        return bytes.asSlice(0, Math.max(0, count)).toArray(JAVA_BYTE);
    }
}
