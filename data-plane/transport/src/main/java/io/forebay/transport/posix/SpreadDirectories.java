package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Asks a file system to lay out the directories below one in different places of the disk
 * (FS_TOPDIR_FL of linux/fs.h, which ext4 has).
 */
public final class SpreadDirectories {
    private static final int O_DIRECTORY = 0x10000;

    private static final long FS_IOC_GETFLAGS = 0x80086601L;
    private static final long FS_IOC_SETFLAGS = 0x40086602L;
    private static final int FS_TOPDIR_FL = 0x00020000;

    private SpreadDirectories() {}

    /**
     * Asks for it; it counts for directories that are made later.
     *
     * @return false where the file system does not have it, or the user may not ask
     */
    public static boolean below(Path directory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(directory.toString());
            int fd = LibC.open(name, NativeFile.O_CLOEXEC | O_DIRECTORY, 0);
            if (fd < 0) {
                throw new PosixException("open", -fd);
            }
            try {
                return spread(fd, arena.allocate(JAVA_INT, 2)); // an int, by a name that says long
            } finally {
                LibC.close(fd);
            }
        }
    }

    private static boolean spread(int fd, MemorySegment flags) {
        if (LibC.ioctl(fd, FS_IOC_GETFLAGS, flags) < 0) {
            return false;
        }
        flags.set(JAVA_INT, 0, flags.get(JAVA_INT, 0) | FS_TOPDIR_FL);
        return LibC.ioctl(fd, FS_IOC_SETFLAGS, flags) >= 0;
    }
}
