package io.forebay.e2e.durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Digest;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.posix.TwoMounts;
import io.forebay.e2e.system.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Evicted files while the object store is away. */
final class FetchTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** More than a mount has threads that answer the kernel. */
    private static final int READERS = 24;

    @TempDir private Path directory;

    private final TwoMounts mounts = new TwoMounts();

    @BeforeEach
    void start() throws IOException {
        mounts.start(directory);
    }

    @AfterEach
    void end() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void aReadWaitsForAStoreThatComesBack(DataPath path) throws Exception {
        Path file = mounts.root(path).resolve("model");
        Files.write(file, content(3_000_000));
        String written = Digest.sha256(file);
        mounts.flush(LIMIT);
        mounts.evict("model");

        long store = mounts.deployment().pid("object store");
        ProcessHandle process = ProcessHandle.of(store).orElseThrow();
        assertTrue(process.destroyForcibly());
        process.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertEquals(written, Digest.sha256(file), mounts::logs);
        assertTrue(log().contains("event=fetch.waiting"), "the store was away");
        assertTrue(log().contains("event=fetch.recovered"));
    }

    /** Invariant I9: also for a store that takes requests and says nothing. */
    @Test
    void readersThatWaitHoldUpNobodyAndCanBeKilled() throws Exception {
        Path root = mounts.root(DataPath.PASSTHROUGH);
        Path away = Files.createDirectory(root.resolve("away"));
        for (int i = 0; i < READERS; i++) {
            Files.write(away.resolve("f" + i), content(10_000 + i));
        }
        mounts.flush(LIMIT);
        evictAll(away);
        Path here = Files.write(root.resolve("here"), content(5_000));

        String store = Long.toString(mounts.deployment().pid("object store"));
        signal("STOP", store);
        List<Process> readers = new ArrayList<>();
        try {
            for (int i = 0; i < READERS; i++) {
                readers.add(
                        new ProcessBuilder("cat", away.resolve("f" + i).toString())
                                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                .start());
            }
            Thread.sleep(1_000);
            String read = "sha256sum '%1$s' && echo x > '%1$s.new'".formatted(here);
            Command.Outcome other =
                    new Command(List.of("sh", "-c", read), Map.of(), Duration.ofSeconds(20)).run();
            assertEquals(0, other.status(), other::all);
            for (Process reader : readers) {
                assertTrue(reader.isAlive(), "it waits");
            }
            for (Process reader : readers) {
                reader.destroyForcibly();
                assertTrue(reader.waitFor(10, TimeUnit.SECONDS), mounts::logs);
            }
        } finally {
            signal("CONT", store);
            readers.forEach(Process::destroyForcibly);
        }
        for (int i = 0; i < READERS; i++) {
            assertEquals(10_000 + i, Files.readAllBytes(away.resolve("f" + i)).length);
        }
        assertFalse(log().contains("event=fetch.failed"), mounts::logs);
    }

    private void evictAll(Path below) throws Exception {
        Command.Outcome outcome =
                mounts.deployment().launcher(List.of("evict", below.toString()), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
        for (int i = 0; i < READERS; i++) {
            String name = "/" + below.getFileName() + "/f" + i;
            Eventually.holds(
                    name + " is evicted",
                    LIMIT,
                    () -> !mounts.deployment().file(name).path("staged").asBoolean(true));
        }
    }

    private String log() throws IOException {
        return Files.readString(mounts.deployment().state().resolve("logs/worker.log"));
    }

    private static void signal(String name, String pid) {
        new Command(List.of("kill", "-" + name, pid), Map.of(), LIMIT).run();
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }
}
