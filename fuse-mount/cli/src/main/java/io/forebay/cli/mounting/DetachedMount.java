package io.forebay.cli.mounting;

import io.forebay.cli.process.Deadline;
import io.forebay.cli.process.LogTail;
import io.forebay.cli.process.Probes;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.StateDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A mount in a session of its own, which goes on when the command that made it has ended; umount(8)
 * ends it.
 *
 * @param directory where it is
 * @param log of its processes, to which they append
 */
public record DetachedMount(Path directory, Path log) {
    /** Above the mount's own patience with a control plane that does not answer. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    /**
     * @param log null for the usual place, which has one file for each directory
     */
    public static DetachedMount at(Path directory, Optional<Path> log) {
        Path canonical = MountTable.canonical(directory);
        return new DetachedMount(canonical, log.orElseGet(() -> usualLog(canonical)));
    }

    private static Path usualLog(Path directory) {
        Path logs =
                System.getProperty("user.name").equals("root")
                        ? Path.of("/var/log/forebay")
                        : StateDirectory.dataHome().resolve("logs");
        String name = directory.toString().substring(1).replace('/', '-');
        return logs.resolve("mount-" + name + ".log");
    }

    /**
     * Returns when the directory shows the workspace.
     *
     * @param command that mounts, and stays as long as the mount
     */
    public void start(List<String> command) {
        MountTable.read()
                .at(directory)
                .ifPresent(there -> {
                    throw new CliFailure(
                            directory + " is mounted already (" + there.source() + ")");
                });
        try {
            Files.createDirectories(Objects.requireNonNull(log.toAbsolutePath().getParent()));
            long from = Files.exists(log) ? Files.size(log) : 0;
            await(launch(command), from);
        } catch (IOException failed) {
            throw new CliFailure("cannot mount with the log " + log + ": " + failed, failed);
        }
    }

    private Process launch(List<String> command) throws IOException {
        List<String> words = new ArrayList<>(List.of("setsid"));
        words.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.directory(new File("/"));
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return builder.start();
    }

    private void await(Process process, long from) {
        Deadline deadline = Deadline.in(LIMIT);
        while (!isMounted()) {
            if (!process.isAlive()) {
                throw new CliFailure(
                        LogTail.reason(LogTail.lines(log, from, 200)) + " (log: " + log + ")");
            }
            if (deadline.passed() || Thread.currentThread().isInterrupted()) {
                end(process);
                throw new CliFailure(
                        "not mounted in " + LIMIT.toSeconds() + " s: look into " + log);
            }
            Deadline.pause();
        }
    }

    private boolean isMounted() {
        return MountTable.read().at(directory).filter(MountTable.Entry::isFuse).isPresent()
                && Probes.answers(directory);
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException again) {
            process.destroyForcibly();
        }
    }
}
