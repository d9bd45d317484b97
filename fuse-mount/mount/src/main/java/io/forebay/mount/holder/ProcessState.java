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
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return line.charAt(line.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException gone) {
            return false;
        }
    }
}
