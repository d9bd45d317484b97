package io.forebay.e2e.durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Digest;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.posix.TwoMounts;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I1: what each durability mode promises for a close and an fsync. */
final class ModesTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir private Path directory;

    private final TwoMounts mounts = new TwoMounts();

    @BeforeEach
    void start() throws IOException {
        Needs.rclone();
        mounts.start(directory);
    }

    @AfterEach
    void end() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsClosedWrittenThroughIsInTheBucket(DataPath path) throws Exception {
        set("/safe", "WRITE_THROUGH");
        Path safe = Files.createDirectory(mounts.root(path).resolve("safe"));
        Map<String, String> written = new TreeMap<>();
        for (int size : new int[] {0, 1, 70_000, (17 << 20) + 1}) {
            Path file = safe.resolve("f" + size);
            Files.write(file, content(size));
            written.put("safe/f" + size, Digest.sha256(file));
            assertEquals(written, objects(), "close has returned: " + size);
        }
        loseTheWorkersDisk();
        for (String name : written.keySet()) {
            assertEquals(written.get(name), Digest.sha256(mounts.root(path).resolve(name)), name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anFsyncStoresWhatIsThereOfAnOpenFile(DataPath path) throws Exception {
        set("", "WRITE_THROUGH");
        Path file = mounts.root(path).resolve("log");
        try (FileChannel log =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            for (int i = 1; i <= 3; i++) {
                log.write(ByteBuffer.wrap(content(100_000)));
                log.force(false);
                assertEquals(Map.of("log", Digest.sha256(file)), objects(), "fsync " + i);
            }
            var mapped = log.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
            mapped.put(5, (byte) 'x');
            mapped.force();
            assertEquals(Map.of("log", Digest.sha256(file)), objects(), "msync");
            Path later = mounts.root(path).resolve("renamed");
            Files.move(file, later, StandardCopyOption.ATOMIC_MOVE);
            fsyncDirectory(mounts.root(path));
            log.force(true);
            assertEquals(Map.of("renamed", Digest.sha256(later)), settled("renamed"));
        }
    }

    @Test
    void aCloseWaitsForAStoreThatIsAway() throws Exception {
        set("", "WRITE_THROUGH");
        String store = Long.toString(deployment().pid("object store"));
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            signal("STOP", store);
            Future<Path> written;
            try {
                Path file = mounts.root(DataPath.PASSTHROUGH).resolve("f");
                written = thread.submit(() -> Files.write(file, content(70_000)));
                Eventually.holds(
                        "closed, and not stored",
                        LIMIT,
                        () -> deployment().file("/f").path("size").asLong() == 70_000);
                assertFalse(written.isDone());
            } finally {
                signal("CONT", store);
            }
            Path file = written.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertEquals(Map.of("f", Digest.sha256(file)), objects());
        }
    }

    @Test
    void whatIsTransientStaysUntilItsModeChanges() throws Exception {
        set("/scratch", "TRANSIENT");
        Path root = mounts.root(DataPath.PASSTHROUGH);
        Path scratch = Files.createDirectory(root.resolve("scratch"));
        Files.write(scratch.resolve("kept"), content(1000));
        Files.write(scratch.resolve("moved"), content(2000));
        Files.write(root.resolve("other"), content(3000));
        awaitState("/scratch/kept", "TRANSIENT");
        awaitState("/scratch/moved", "TRANSIENT");
        deployment().flush(deployment().mountPoint(), LIMIT);
        Map<String, String> expected = new TreeMap<>();
        expected.put("other", Digest.sha256(root.resolve("other")));
        assertEquals(expected, objects());

        Files.move(scratch.resolve("moved"), root.resolve("moved"));
        deployment().flush(deployment().mountPoint(), LIMIT);
        expected.put("moved", Digest.sha256(root.resolve("moved")));
        assertEquals(expected, objects(), "its path is one that is uploaded now");

        deployment()
                .graphql(
                        """
                        mutation { removeDurability(workspace: "default", path: "/scratch") {
                          rules { path } } }
                        """,
                        Map.of());
        deployment().flush(deployment().mountPoint(), LIMIT);
        expected.put("scratch/kept", Digest.sha256(scratch.resolve("kept")));
        assertEquals(expected, objects(), "a rule that is gone holds for what is there");
    }

    @Test
    void wrongPathsAndModesAreRefused() {
        assertThrows(IllegalStateException.class, () -> set("/../up", "TRANSIENT"));
        assertThrows(IllegalStateException.class, () -> set("/x", "NONE"));
    }

    private Deployment deployment() {
        return mounts.deployment();
    }

    private void set(String path, String mode) {
        deployment()
                .graphql(
                        """
                        mutation($path: String!, $mode: DurabilityMode!) {
                          setDurability(workspace: "default", path: $path, durability: $mode) {
                            rules { path durability } } }
                        """,
                        Map.of("path", path, "mode", mode));
    }

    private Map<String, String> objects() throws IOException {
        return new Rclone(deployment()).objects(directory);
    }

    /** Once the object of the old name is gone, which nobody waits for. */
    private Map<String, String> settled(String name) throws Exception {
        Eventually.holds("only " + name, LIMIT, () -> objects().size() == 1);
        return objects();
    }

    private void awaitState(String path, String state) throws Exception {
        Eventually.holds(
                path + " is " + state,
                LIMIT,
                () -> deployment().file(path).path("flushState").asText().equals(state));
    }

    /** All staged files, while no worker runs. */
    private void loseTheWorkersDisk() throws Exception {
        String worker = Long.toString(deployment().pid("worker"));
        signal("STOP", worker);
        try (Stream<Path> files = Files.walk(deployment().state().resolve("worker/files"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        mounts.kill("worker");
    }

    private static void fsyncDirectory(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            channel.force(true);
        }
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
