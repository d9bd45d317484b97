package io.forebay.cli.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A process that we started. A pid alone may have been given to somebody else since; together with
 * its start time in clock ticks since boot (proc(5), stat, field 22) it names one process of one
 * boot.
 */
public record ProcessRecord(long pid, long startTicks, String bootId) {
    private static final Pattern BLANK = Pattern.compile(" ");

    public ProcessRecord {
        Objects.requireNonNull(bootId);
    }

    /** Of a process that runs now; empty when it has ended already. */
    public static Optional<ProcessRecord> of(long pid) {
        long ticks = startTicks(pid);
        return ticks < 0
                ? Optional.empty()
                : Optional.of(new ProcessRecord(pid, ticks, currentBootId()));
    }

    static Optional<ProcessRecord> read(Path file) {
        return JsonFile.read(
                file,
                ProcessRecord.class,
                "end the process, if `ps` shows one of this instance, and remove the file");
    }

    void write(Path file) {
        JsonFile.write(file, this);
    }

    /** Whether that very process still runs. */
    public boolean alive() {
        return bootId.equals(currentBootId()) && startTicks(pid) == startTicks;
    }

    /** Sends SIGTERM, or SIGKILL by force, when it still runs. */
    public void signal(boolean force) {
        if (alive()) {
            ProcessHandle.of(pid).ifPresent(handle -> end(handle, force));
        }
    }

    /** Resident memory in bytes; 0 when it has ended. */
    public long residentBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException ended) {
            return 0;
        }
        return 0;
    }

    private static void end(ProcessHandle handle, boolean force) {
        if (force) {
            handle.destroyForcibly();
        } else {
            handle.destroy();
        }
    }

    /** -1 when there is no such process, or only its zombie. */
    private static long startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            List<String> afterName =
                    BLANK.splitAsStream(stat.substring(stat.lastIndexOf(')') + 2)).toList();
            return afterName.getFirst().equals("Z") ? -1 : Long.parseLong(afterName.get(19));
        } catch (IOException ended) {
            return -1;
        }
    }

    private static String currentBootId() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException unreadable) {
            return "";
        }
    }
}
