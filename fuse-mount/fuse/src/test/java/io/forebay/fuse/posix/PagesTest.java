package io.forebay.fuse.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class PagesTest {
    private static final long BYTES = 256L << 20;

    @Test
    void takeMemoryOnlyWhereTouchedUntilTheArenaEnds() throws IOException {
        MemorySegment pages;
        try (Arena arena = Arena.ofShared()) {
            long before = residentPages();
            pages = Pages.allocate(arena, BYTES);
            assertTrue(residentPages() - before < BYTES / 4096 / 2, "all of it is there at once");
            assertEquals(0, pages.address() % 4096);
            assertEquals(BYTES, pages.byteSize());
            assertEquals(0, pages.get(ValueLayout.JAVA_BYTE, BYTES - 1));
            pages.set(ValueLayout.JAVA_BYTE, BYTES - 1, (byte) 1);
            assertEquals(1, pages.get(ValueLayout.JAVA_BYTE, BYTES - 1));
            assertThrows(
                    IndexOutOfBoundsException.class, () -> pages.get(ValueLayout.JAVA_BYTE, BYTES));
        }
        assertThrows(IllegalStateException.class, () -> pages.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void arePresentBeforeTheyAreTouchedWhereThatIsAskedFor() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            long bytes = 1 << 20;
            long present = Pages.allocatePresent(arena, bytes).address();
            assertTrue(PageMap.isPresent(present, bytes));
            assertFalse(PageMap.isPresent(Pages.allocate(arena, bytes).address(), bytes));
        }
    }

    private static long residentPages() throws IOException {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", 3)[1]);
    }
}
