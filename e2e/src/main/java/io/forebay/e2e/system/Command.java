package io.forebay.e2e.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A program that is run to its end, within a limit. Its words go through files: a process that it
 * leaves behind may hold a pipe open for ever.
 */
public record Command(List<String> words, Map<String, String> environment, Duration limit) {

    /** What a developer's shell says of other object stores. */
    private static final Set<String> NOT_INHERITED =
            Set.of(
                    "AWS_CA_BUNDLE",
                    "AWS_SESSION_TOKEN",
                    "AWS_ENDPOINT_URL",
                    "AWS_ENDPOINT_URL_S3",
                    "AWS_REGION",
                    "AWS_DEFAULT_REGION");

    /** How it ended, and all it wrote. */
    public record Outcome(int status, String out, String err) {
        /** For a test's message. */
        public String all() {
            return "status " + status + "\n" + out + err;
        }
    }

    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /** Kills it, with its descendants, when it is not done in time. */
    public Outcome run() {
        try {
            Path out = Files.createTempFile("forebay-e2e", ".out");
            Path err = Files.createTempFile("forebay-e2e", ".err");
            try {
                int status = status(start(out, err));
                return new Outcome(status, text(out), text(err));
            } finally {
                Files.deleteIfExists(out);
                Files.deleteIfExists(err);
            }
        } catch (IOException failed) {
            throw new IllegalStateException("cannot run " + words, failed);
        }
    }

    private Process start(Path out, Path err) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeAll(NOT_INHERITED);
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectOutput(out.toFile());
        builder.redirectError(err.toFile());
        return builder.start();
    }

    private int status(Process process) {
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return 124;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
