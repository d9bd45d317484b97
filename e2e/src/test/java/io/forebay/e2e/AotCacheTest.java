package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cache makes starts faster, and never fails one. Comes first by its name: the tests behind it
 * start with caches.
 */
final class AotCacheTest {
    private static final Duration TRAINING = Duration.ofMinutes(4);

    /** The cache of each process that status names. */
    private static final Map<String, String> CACHES =
            Map.of(
                    "supervisor", "cli.aot",
                    "mount", "mount.aot",
                    "worker", "worker.aot",
                    "control plane", "control-plane.aot",
                    "object store", "object-store.aot");

    private final Path caches = Deployment.home().resolve("target/aot").normalize();

    @TempDir private Path directory;

    @Test
    void processesStartFromTheirCachesAndWithoutOnesThatAreDamaged() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            Command.Outcome training = deployment.launcher(List.of("train"), TRAINING).run();
            assertEquals(0, training.status(), training::all);
            deployment.up();
            for (Map.Entry<String, String> each : CACHES.entrySet()) {
                String mapped = Files.readString(maps(deployment.pid(each.getKey())));
                assertTrue(
                        mapped.contains("/target/aot/" + each.getValue()),
                        () -> each.getKey() + " does not use its cache");
            }
            deployment.down();
            worksWithDamagedCaches(deployment);
        }
    }

    private void worksWithDamagedCaches(Deployment deployment) throws IOException {
        // In files of their own: a JVM that maps one of the good ones must not lose its bytes.
        Path aside = caches.resolveSibling("aot.aside");
        Files.move(caches, aside);
        try {
            Files.createDirectory(caches);
            for (String cache : CACHES.values()) {
                byte[] whole = Files.readAllBytes(aside.resolve(cache));
                Files.write(caches.resolve(cache), Arrays.copyOf(whole, whole.length / 2));
            }
            Command.Outcome up = deployment.up();
            assertFalse(up.all().contains("aot"), () -> "says something of caches: " + up.all());
            Path file = Files.writeString(deployment.mountPoint().resolve("file"), "content");
            assertEquals("content", Files.readString(file));
            deployment.down();
        } finally {
            for (String cache : CACHES.values()) {
                Files.deleteIfExists(caches.resolve(cache));
            }
            Files.delete(caches);
            Files.move(aside, caches);
        }
    }

    private static Path maps(long pid) {
        return Path.of("/proc", Long.toString(pid), "maps");
    }
}
