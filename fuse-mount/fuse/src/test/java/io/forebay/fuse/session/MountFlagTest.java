package io.forebay.fuse.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MountFlagTest {
    /** mount(2), {@code linux/mount.h}. */
    @Test
    void theKernelsBits() {
        assertEquals(2 + 4, MountFlag.bits(MountFlag.of(List.of())));
        assertEquals(
                1 + 2 + 4 + 8 + 1024,
                MountFlag.bits(MountFlag.of(List.of("ro", "noexec", "noatime"))));
    }

    @Test
    void theLastWordCounts() {
        assertEquals(4, MountFlag.bits(MountFlag.of(List.of("suid", "dev", "nodev", "ro", "rw"))));
        assertThrows(IllegalArgumentException.class, () -> MountFlag.of(List.of("sync")));
    }

    @Test
    void libfuseIsToldOnlyWhatItDoesNotDoAnyway() {
        assertEquals(
                ",ro,noexec", MountFlag.options(MountFlag.of(List.of("noexec", "ro", "nosuid"))));
        assertEquals("", MountFlag.options(MountFlag.of(List.of())));
    }
}
