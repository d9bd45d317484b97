package io.forebay.mount.holder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What /proc/PID/stat (proc(5)) says of a process. */
final class ProcessState {
    private ProcessState() {}

    /**
     * Its first thread has ended and nobody could be told so: other threads have not, or we wait.
     */
    static boolean isZombie(long pid) {
        try {
            return fields(pid)[0].equals("Z");
        } catch (IOException gone) {
            return false;
        }
    }

    /** When it was started, in clock ticks since the boot: with the pid, it is nobody else. */
    static String startTicks(long pid) throws IOException {
        return fields(pid)[19];
    }

    /** Those behind the name, which may hold anything: the state is the first. */
    private static String[] fields(long pid) throws IOException {
        String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return line.substring(line.lastIndexOf(')') + 2).split(" ", 21);
    }
}
