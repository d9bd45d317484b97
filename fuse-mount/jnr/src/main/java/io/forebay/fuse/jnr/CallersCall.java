package io.forebay.fuse.jnr;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which system call a caller waits in (proc(5), /proc/PID/syscall): libfuse does not say. What
 * cannot be read, as of another user's process without administrator's rights, is no rename.
 */
final class CallersCall implements Predicate<Caller> {
    /** rename, renameat and renameat2, of x86-64 and of AArch64. */
    private static final Set<String> RENAMES =
            System.getProperty("os.arch").equals("aarch64")
                    ? Set.of("38", "276")
                    : Set.of("82", "264", "316");

    @Override
    public boolean test(Caller caller) {
        Path file = Path.of("/proc", Integer.toString(caller.pid()), "syscall");
        try {
            return isRename(Files.readString(file));
        } catch (IOException unreadable) {
            return false;
        }
    }

    static boolean isRename(String line) {
        int blank = line.indexOf(' ');
        return blank > 0 && RENAMES.contains(line.substring(0, blank));
    }
}
