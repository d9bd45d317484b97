package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Invariant I1: what close has acknowledged survives the death of a process; each process is killed
 * between the close and the upload, and the object still arrives.
 */
final class CrashTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Long enough for a kill between close and upload. */
    private static final String FLUSH_DELAY_MILLIS = "6000";

    @TempDir private Path directory;

    @Test
    void killedBetweenCloseAndUpload() throws Exception {
        Needs.fuse();
        Needs.rclone();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up("--flush-delay-millis", FLUSH_DELAY_MILLIS);
            Map<String, String> written = new TreeMap<>();
            for (String process : new String[] {"worker", "control plane"}) {
                String name = process.replace(' ', '-');
                written.put(name, write(deployment.mountPoint().resolve(name)));
                assertEquals(
                        "QUEUED", deployment.file("/" + name).path("flushState").asText(), process);
                Kill.andAwaitSuccessor(deployment, process);
                Eventually.holds(
                        "in the bucket after the " + process + " was killed" + deployment.logs(),
                        LIMIT,
                        () -> isClean(deployment, "/" + name));
            }
            assertTrue(
                    Files.exists(deployment.state().resolve("run/librocksdbjni-linux64.so")),
                    "a killed control plane leaves no library in the temporary directory");
            deployment.flush(deployment.mountPoint(), LIMIT);
            assertEquals(written, new Rclone(deployment).objects(directory), deployment::logs);
        }
    }

    @Test
    void theMountComesBack() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            Path file = deployment.mountPoint().resolve("file");
            String sha256 = write(file);
            Kill.andAwaitSuccessor(deployment, "mount");
            Eventually.holds(
                    "mounted again" + deployment.logs(), LIMIT, () -> Files.isRegularFile(file));
            assertEquals(sha256, Digest.sha256(file));
        }
    }

    /**
     * One that is killed is back within seconds; a busy machine takes longer than it is trusted.
     */
    @Test
    void aNewFileWaitsForTheWorker() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            deployment.up();
            String worker = Long.toString(deployment.pid("worker"));
            signal("STOP", worker);
            Future<String> written;
            try {
                Eventually.holds("the worker is away", LIMIT, () -> !isHealthy(deployment));
                double before = creates(deployment);
                written = thread.submit(() -> write(deployment.mountPoint().resolve("file")));
                Eventually.holds("it asked twice", LIMIT, () -> creates(deployment) >= before + 2);
            } finally {
                signal("CONT", worker);
            }
            assertEquals(
                    written.get(LIMIT.toSeconds(), TimeUnit.SECONDS),
                    Digest.sha256(deployment.mountPoint().resolve("file")));
        }
    }

    private static double creates(Deployment deployment) throws Exception {
        return Page.value(
                deployment.http("graphql"), "forebay_metadata_seconds_count", "rpc=\"Create\"");
    }

    private static boolean isHealthy(Deployment deployment) {
        return deployment
                .graphql("{ workers { healthy } }", Map.of())
                .path("workers")
                .path(0)
                .path("healthy")
                .asBoolean();
    }

    private static void signal(String name, String pid) {
        new Command(List.of("kill", "-" + name, pid), Map.of(), LIMIT).run();
    }

    private static boolean isClean(Deployment deployment, String path) {
        return deployment.file(path).path("flushState").asText().equals("CLEAN");
    }

    private static String write(Path file) throws Exception {
        byte[] content = new byte[(9 << 20) + 77];
        new Random(file.hashCode()).nextBytes(content);
        Files.write(file, content);
        return Digest.sha256(file);
    }
}
