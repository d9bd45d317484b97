package io.forebay.fuse.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Zeroed memory from the kernel. */
public final class Pages {
    private static final int PAGE_BYTES = 4096;

    private Pages() {}

    /** As {@link #allocate}, and all of it is there from the first moment on. */
    public static MemorySegment allocatePresent(Arena arena, long bytes) {
        return allocate(arena, bytes).fill((byte) 0);
    }

    /**
     * Takes none of the machine's memory before it is touched, page by page. Begins at a page; ends
     * with the arena.
     */
    @SuppressWarnings("restricted") // the size of what the kernel mapped is known only here
    public static MemorySegment allocate(Arena arena, long bytes) {
        MemorySegment mapped = Libc.mapMemory(bytes);
        if (mapped.address() == -1) { // MAP_FAILED: the arena says what is wrong, or has some left
            return arena.allocate(bytes, PAGE_BYTES);
        }
        // SAFETY: so many bytes were mapped there for this caller, and are unmapped once, at the
        // end of the arena, after which no access passes the segment's own check.
        return mapped.reinterpret(bytes, arena, memory -> Libc.unmapMemory(memory, bytes));
    }
}
