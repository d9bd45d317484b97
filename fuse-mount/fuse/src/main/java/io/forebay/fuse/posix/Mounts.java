package io.forebay.fuse.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** mount(2) and umount2(2). Results are 0, or negative errnos. */
public final class Mounts {
    private static final int FORCE = 1;
    private static final int DETACH = 2;

    private Mounts() {}

    /**
     * @param flags of mount(2)
     */
    public static int mount(
            Path mountPoint, String source, String type, long flags, String options) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.mount(
                    text(arena, source),
                    text(arena, mountPoint.toString()),
                    text(arena, type),
                    flags,
                    text(arena, options));
        }
    }

    /** Fails with EBUSY where files are open. */
    public static int unmount(Path mountPoint) {
        return unmount(mountPoint, 0);
    }

    /** Takes the mount out of the tree; it ends when the last open file is closed. */
    public static int detach(Path mountPoint) {
        return unmount(mountPoint, DETACH);
    }

    /** Aborts the connection and takes the mount out of the tree. */
    public static int force(Path mountPoint) {
        return unmount(mountPoint, FORCE | DETACH);
    }

    private static int unmount(Path mountPoint, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.unmount(text(arena, mountPoint.toString()), flags);
        }
    }

    private static MemorySegment text(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.UTF_8);
    }
}
