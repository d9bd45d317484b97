package io.forebay.e2e.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One more worker of an instance, on a node of another name. */
public record SecondWorker(Process process, Path directory, String id) implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Returns when it is ready; it has the local object store's keys. */
    public static SecondWorker of(Deployment deployment, Path directory, String id)
            throws IOException {
        Files.createDirectories(directory);
        List<String> words = new ArrayList<>(List.of("bash", "-c"));
        String control = deployment.status().path("endpoints").path("grpc").asText();
        Command command =
                deployment.launcher(
                        List.of(
                                "worker",
                                "--control-plane",
                                control,
                                "--directory",
                                directory.toString(),
                                "--id",
                                id,
                                "--node",
                                "node-of-" + id),
                        LIMIT);
        Path keys = deployment.state().resolve("s3.env");
        words.add("source " + keys + " && exec " + String.join(" ", command.words()));
        Path log = directory.resolve("worker.log");
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(command.environment());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        SecondWorker worker = new SecondWorker(builder.start(), directory, id);
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!isHealthy(deployment, id)) {
            if (!worker.process.isAlive() || System.nanoTime() - end > 0) {
                worker.close();
                throw new IOException(
                        "no second worker: "
                                + new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
            }
            rest();
        }
        return worker;
    }

    /** Whether the control plane hears of the worker. */
    public static boolean isHealthy(Deployment deployment, String id) {
        JsonNode workers = deployment.graphql("{ workers { id healthy } }", Map.of());
        for (JsonNode each : workers.path("workers")) {
            if (each.path("id").asText().equals(id)) {
                return each.path("healthy").asBoolean();
            }
        }
        return false;
    }

    /** Of the worker itself, below the command that started it. */
    public long pid() {
        return process.descendants().mapToLong(ProcessHandle::pid).max().orElse(process.pid());
    }

    /** Without a word. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rest() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }
}
