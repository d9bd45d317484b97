package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
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
    private static final Duration TRAINING = Duration.ofMinutes(5);

    /** The cache of each process that status names. */
    private static final Map<String, String> CACHES =
            Map.of(
                    "supervisor", "cli.aot",
                    "mount holder", "mount-holder.aot",
                    "mount", "mount.aot",
                    "worker", "worker.aot",
                    "control plane", "control-plane.aot",
                    "object store", "object-store.aot");

    private final Path caches = Deployment.home().resolve("target/aot").normalize();

    @TempDir private Path directory;

    @Test
    void processesStartFromTheirCachesAndWithoutOnesThatDoNotFit() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            Command.Outcome training = deployment.launcher(List.of("train"), TRAINING).run();
            assertEquals(0, training.status(), training::all);
            deployment.up();
            for (String process : CACHES.keySet()) {
                assertUsesItsCache(deployment, process);
            }
            long before = deployment.pid("mount");
            restartMount(deployment);
            assertNotEquals(before, deployment.pid("mount"));
            assertUsesItsCache(deployment, "mount");
            doesWithoutOneOfOldJars(deployment);
            deployment.down();
            worksWithCachesThatDoNotFit(deployment);
        }
    }

    private static void assertUsesItsCache(Deployment deployment, String process)
            throws IOException {
        assertTrue(usesItsCache(deployment, process), () -> process + " does not use its cache");
    }

    private static boolean usesItsCache(Deployment deployment, String process) throws IOException {
        Path maps = Path.of("/proc", Long.toString(deployment.pid(process)), "maps");
        return Files.readString(maps).contains("/target/aot/" + CACHES.get(process));
    }

    /** The JVM would run the classes that are in the cache. */
    private void doesWithoutOneOfOldJars(Deployment deployment) throws IOException {
        Path cache = caches.resolve("mount.aot");
        FileTime trained = Files.getLastModifiedTime(cache);
        Files.setLastModifiedTime(cache, FileTime.fromMillis(0));
        try {
            restartMount(deployment);
            assertFalse(usesItsCache(deployment, "mount"), "the mount runs classes of old jars");
        } finally {
            Files.setLastModifiedTime(cache, trained);
        }
    }

    private static void restartMount(Deployment deployment) {
        Command.Outcome restart = deployment.restartMount();
        assertEquals(0, restart.status(), restart::all);
        assertFalse(restart.all().contains("aot"), restart::all);
    }

    /**
     * Half of each is gone; the mount's is whole, but that of a program of other jars, and the
     * worker's is of its own jars, but of earlier ones.
     */
    private void worksWithCachesThatDoNotFit(Deployment deployment) throws IOException {
        // In files of their own: a JVM that maps one of the good ones must not lose its bytes.
        Path aside = caches.resolveSibling("aot.aside");
        Files.move(caches, aside);
        try {
            Files.createDirectory(caches);
            for (String cache : CACHES.values()) {
                byte[] whole = Files.readAllBytes(aside.resolve(cache));
                Files.write(caches.resolve(cache), Arrays.copyOf(whole, whole.length / 2));
            }
            Files.copy(
                    aside.resolve("object-store.aot"),
                    caches.resolve("mount.aot"),
                    StandardCopyOption.REPLACE_EXISTING);
            Path old =
                    Files.copy(
                            aside.resolve("worker.aot"),
                            caches.resolve("worker.aot"),
                            StandardCopyOption.REPLACE_EXISTING);
            Files.setLastModifiedTime(old, FileTime.fromMillis(0));
            Command.Outcome up = deployment.up();
            assertFalse(up.all().contains("aot"), () -> "says something of caches: " + up.all());
            Path file = Files.writeString(deployment.mountPoint().resolve("file"), "content");
            assertFalse(usesItsCache(deployment, "worker"), "the worker runs classes of old jars");
            restartMount(deployment);
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
}
