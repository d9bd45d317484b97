package io.forebay.fuse.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who this process is to the kernel, and descriptors of its own. */
public final class ThisProcess {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String EFFECTIVE = "CapEff:";
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CLOSE_ON_EXEC = 1;

    private ThisProcess() {}

    public static int userId() {
        return Libc.userId();
    }

    public static int groupId() {
        return Libc.groupId();
    }

    public static int pageBytes() {
        return Libc.pageBytes();
    }

    /** Whether it may mount by itself (CAP_SYS_ADMIN); false where that cannot be found out. */
    public static boolean administrator() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> line.substring(EFFECTIVE.length()).strip())
                    .anyMatch(set -> (Long.parseUnsignedLong(set, 16) >>> CAP_SYS_ADMIN & 1) != 0);
        } catch (IOException | NumberFormatException unknown) {
            return false;
        }
    }

    /** A descriptor of an empty file in memory, or the negative errno. */
    public static int memoryFile(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.memoryFile(arena.allocateFrom(name), CLOSE_ON_EXEC);
        }
    }

    public static void closeDescriptor(int descriptor) {
        Libc.close(descriptor);
    }
}
