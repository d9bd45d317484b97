package io.forebay.e2e.durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.DataPath;
import io.forebay.e2e.Digest;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.posix.TwoMounts;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondWorker;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** I1: with two replicas, what was closed or synced survives the loss of a worker and its disk. */
final class ReplicasTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Map<String, String> SOON_LOST = Map.of("FOREBAY_WORKER_LOST_SECONDS", "5");

    /** Rounds of a worker's death; many more with {@code -Dforebay.suites=long}. */
    private static final int ROUNDS = Needs.isLong() ? 100 : 3;

    /** The second write goes into a file that nobody has any more. */
    private static final String WRITER =
            """
            import errno, os, sys
            def tried(what, call):
                try:
                    call()
                    print(what + ": done", flush=True)
                except OSError as e:
                    print(what + ": " + errno.errorcode[e.errno], flush=True)
            fd = os.open(sys.argv[1], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
            os.write(fd, b"a" * 300_000)
            os.fsync(fd)
            print("synced", flush=True)
            sys.stdin.readline()
            os.write(fd, b"b" * 1000)
            tried("fsync", lambda: os.fsync(fd))
            tried("close", lambda: os.close(fd))
            """;

    @TempDir private Path directory;

    private final TwoMounts mounts = new TwoMounts();
    private @Nullable SecondWorker other;

    @BeforeEach
    void start() throws IOException {
        Needs.rclone();
        mounts.start(directory, SOON_LOST);
        other = SecondWorker.of(deployment(), directory.resolve("other"), "worker-2");
        set("", "WRITE_BACK", 2);
    }

    @AfterEach
    void end() {
        if (other != null) {
            other.close();
        }
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatWasClosedSurvivesTheLossOfItsWorkerAndItsDisk(DataPath path) throws Exception {
        Random random = new Random(Long.getLong("forebay.seed", 1));
        Map<String, String> written = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            String store = Long.toString(deployment().pid("object store"));
            signal("STOP", store); // the bucket is of no help
            try {
                for (int i = 0; i < 4; i++) {
                    String name = "r" + round + "-" + i;
                    byte[] content = content(random.nextInt(3 << 20));
                    Files.write(mounts.root(path).resolve(name), content);
                    written.put(name, Digest.sha256(content));
                }
                loseTheFirstWorker();
                for (Map.Entry<String, String> file : written.entrySet()) {
                    Path read = mounts.root(path).resolve(file.getKey());
                    assertEquals(file.getValue(), Digest.sha256(read), file.getKey());
                }
            } finally {
                signal("CONT", store);
            }
            mounts.flush(LIMIT);
            assertEquals(written, new Rclone(deployment()).objects(directory), "round " + round);
        }
    }

    /**
     * Another process has the file open: when this one starts a program, the child closes what it
     * inherits, and each such close waits for the copies.
     */
    @Test
    void whatWasSyncedOfAnOpenFileSurvivesAndItsWriterHearsOfTheRest() throws Exception {
        Path file = mounts.root(DataPath.PASSTHROUGH).resolve("log");
        Process writer = new ProcessBuilder("python3", "-c", WRITER, file.toString()).start();
        try (BufferedReader said = writer.inputReader();
                BufferedWriter ask = writer.outputWriter()) {
            assertEquals("synced", said.readLine());
            loseTheFirstWorker();
            Eventually.holds("taken over", LIMIT, () -> owner("/log").equals("worker-2"));
            ask.write("go on\n");
            ask.flush();
            assertEquals("fsync: EIO", said.readLine());
            assertEquals("close: EIO", said.readLine());
        } finally {
            writer.destroyForcibly();
        }
        Eventually.holds("settled", LIMIT, () -> size("/log") == 300_000);
        byte[] expected = new byte[300_000];
        Arrays.fill(expected, (byte) 'a');
        byte[] found = Files.readAllBytes(mounts.root(DataPath.PROCESS).resolve("log"));
        assertEquals(Digest.sha256(expected), Digest.sha256(found));
    }

    @Test
    void aCloseWaitsForAWorkerThatIsAway() throws Exception {
        String pid = Long.toString(Objects.requireNonNull(other).pid());
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            signal("STOP", pid);
            Future<Path> written;
            try {
                Path file = mounts.root(DataPath.PASSTHROUGH).resolve("f");
                written = thread.submit(() -> Files.write(file, content(70_000)));
                Eventually.holds("closed", LIMIT, () -> size("/f") == 70_000);
                Thread.sleep(1_000);
                assertFalse(written.isDone(), "nobody else has it");
            } finally {
                signal("CONT", pid);
            }
            written.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void aSingleWorkersFileIsUnavailableUntilItIsBack() throws Exception {
        set("", "TRANSIENT", 1);
        Path file = mounts.root(DataPath.PASSTHROUGH).resolve("f");
        Files.write(file, content(70_000));
        Eventually.holds("closed", LIMIT, () -> state("/f").equals("TRANSIENT"));
        String worker = Long.toString(deployment().pid("worker"));
        signal("STOP", worker);
        try {
            Eventually.holds("missed", LIMIT, () -> state("/f").equals("UNAVAILABLE"));
        } finally {
            signal("CONT", worker);
        }
        Eventually.holds("back", LIMIT, () -> state("/f").equals("TRANSIENT"));
        assertEquals(Digest.sha256(content(70_000)), Digest.sha256(file));
    }

    @Test
    void theCopyGoesWhenTheBucketHasTheFile() throws Exception {
        Path file = mounts.root(DataPath.PASSTHROUGH).resolve("f");
        Files.write(file, content(70_000));
        Path copies = directory.resolve("other/staging/files");
        mounts.flush(LIMIT);
        Eventually.holds("no copy is left", LIMIT, () -> files(copies).isEmpty());
        assertEquals(Digest.sha256(content(70_000)), Digest.sha256(file));
    }

    /** Killed and without its disk, and its supervisor starts it again. */
    private void loseTheFirstWorker() throws Exception {
        signal("STOP", Long.toString(deployment().pid("worker")));
        Path disk = deployment().state().resolve("worker");
        try (Stream<Path> all = Files.walk(disk)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!each.equals(disk)) {
                    Files.delete(each);
                }
            }
        }
        mounts.kill("worker");
    }

    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private JsonNode file(String path) {
        return deployment().file(path);
    }

    private String state(String path) {
        return file(path).path("flushState").asText();
    }

    private String owner(String path) {
        return deployment()
                .graphql(
                        """
                        query($path: String!) { file(workspace: "default", path: $path) {
                          worker } }
                        """,
                        Map.of("path", path))
                .path("file")
                .path("worker")
                .asText();
    }

    private long size(String path) {
        return file(path).path("size").asLong();
    }

    private Deployment deployment() {
        return mounts.deployment();
    }

    private void set(String path, String mode, int replicas) {
        deployment()
                .graphql(
                        """
                        mutation($path: String!, $mode: DurabilityMode!, $replicas: Int!) {
                          setDurability(workspace: "default", path: $path, durability: $mode,
                            replicas: $replicas) { replicas } }
                        """,
                        Map.of("path", path, "mode", mode, "replicas", replicas));
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
