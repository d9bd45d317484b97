package io.forebay.cli.process;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.ProcessName;
import io.forebay.cli.state.ProcessRecord;
import io.forebay.cli.state.StateDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process that this one started, and its record on disk. */
public final class Child {
    /** A log this long is set aside at the next start; two are kept. */
    private static final long LOG_BYTES_MAX = 16L << 20;

    private final ProcessName name;
    private final Process process;
    private final Path log;
    private final long logStart;

    private Child(ChildSpec spec, Process process, long logStart) {
        this.name = spec.name();
        this.process = process;
        this.log = spec.log();
        this.logStart = logStart;
    }

    /** In a session of its own, so that a Ctrl-C in the terminal reaches only the supervisor. */
    public static Child start(ChildSpec spec, StateDirectory state, Consumer<Child> whenEnded) {
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(spec.command());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(spec.environment());
        builder.directory(state.run().toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        try {
            long logStart = rotate(spec.log());
            Process process = builder.start();
            Child child = new Child(spec, process, logStart);
            ProcessRecord.of(process.pid())
                    .ifPresent(record -> state.remember(spec.name(), record));
            CompletableFuture<Void> _ = process.onExit().thenRun(() -> whenEnded.accept(child));
            return child;
        } catch (IOException failed) {
            throw new CliFailure(
                    "cannot start the " + spec.name().label() + ": " + failed.getMessage(), failed);
        }
    }

    private static long rotate(Path log) throws IOException {
        if (!Files.exists(log)) {
            return 0;
        }
        if (Files.size(log) < LOG_BYTES_MAX) {
            return Files.size(log);
        }
        Files.move(
                log,
                log.resolveSibling(log.getFileName() + ".1"),
                StandardCopyOption.REPLACE_EXISTING);
        return 0;
    }

    public ProcessName name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** Only after its end. */
    public int exitStatus() {
        return process.exitValue();
    }

    public Path log() {
        return log;
    }

    public List<String> lastLines(int limit) {
        return LogTail.lines(log, logStart, limit);
    }

    /** Asks it to end, and kills it when it has not in time. */
    public void stop(Duration patience) {
        process.destroy();
        if (!ended(patience)) {
            process.destroyForcibly();
            ended(Duration.ofSeconds(10));
        }
    }

    private boolean ended(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
