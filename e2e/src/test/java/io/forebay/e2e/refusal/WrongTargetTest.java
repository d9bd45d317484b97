package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.forebay.e2e.Digest;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What points at a wrong object store, workspace or state is refused in one line that says what to
 * do, and leaves nothing behind; the instance beside it goes on.
 */
final class WrongTargetTest {
    private static final String REGION = "us-east-1";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Nor any that the SDK would find by itself. */
    private static final Map<String, String> NO_KEYS =
            Map.of(
                    "AWS_ACCESS_KEY_ID", "",
                    "AWS_SECRET_ACCESS_KEY", "",
                    "AWS_CONFIG_FILE", "/dev/null",
                    "AWS_SHARED_CREDENTIALS_FILE", "/dev/null",
                    "AWS_EC2_METADATA_DISABLED", "true");

    @TempDir private static Path directory;

    private static Deployment running = new Deployment(Path.of(""), Path.of(""));
    private static URI store = URI.create("");
    private static String accessKey = "";
    private static String secretKey = "";

    @BeforeAll
    static void anInstanceRuns() throws Exception {
        Needs.fuse();
        running = new Deployment(Deployment.home(), directory.resolve("running"));
        running.up();
        Files.writeString(running.mountPoint().resolve("kept"), "mine");
        store = running.http("objectStore");
        JsonNode keys =
                new ObjectMapper()
                        .readTree(Files.readString(running.state().resolve("forebay.json")))
                        .path("localKeys");
        accessKey = keys.path("accessKey").asText();
        secretKey = keys.path("secretKey").asText();
    }

    @AfterEach
    void itGoesOn() throws Exception {
        assertEquals("mine", Files.readString(running.mountPoint().resolve("kept")));
        assertTrue(running.status().path("ready").asBoolean(), running::logs);
    }

    @AfterAll
    static void end() {
        running.close();
    }

    /** One state for all of them: what was refused stands in the way of nothing. */
    @Test
    void anObjectStoreThatCannotBeUsed() throws Exception {
        Path state = directory.resolve("store");
        refusesStore(state, "correct the credentials", keys(accessKey, "wrong"), "forebay");
        refusesStore(state, "create it or correct its name", keys(), "not-there");
        try (Deployment right = new Deployment(Deployment.home(), state, keys())) {
            right.up("--s3-endpoint", endpoint(store.getPort()), "--bucket", "forebay");
        }
    }

    @Test
    void anEndpointWhereNobodyAnswers() throws Exception {
        int port = silentPort();
        try (Deployment other =
                new Deployment(Deployment.home(), directory.resolve("silent"), keys())) {
            String line =
                    Refusal.of(other)
                            .up(
                                    "check its endpoint",
                                    "--bucket",
                                    "b-1",
                                    "--s3-endpoint",
                                    endpoint(port));
            assertTrue(line.contains(endpoint(port)), line);
        }
    }

    /**
     * One that is away keeps no mount from coming back; one that refuses does, and then nothing of
     * the state is lost, or remembered of what was asked for.
     */
    @Test
    void theObjectStoreOfAStateThatWasUsed() throws Exception {
        Path bucket = Files.createDirectory(running.state().resolve("s3/lent"));
        String there = endpoint(store.getPort());
        try (Forbidding forbidding = Forbidding.start();
                Deployment used = used(keys())) {
            Path clean = used.mountPoint().resolve("clean");
            Path waits = used.mountPoint().resolve("waits");
            used.up("--s3-endpoint", there, "--bucket", "lent");
            Files.writeString(clean, "in the bucket");
            used.flush(clean, LIMIT);
            used.down();

            String said = used.up("--s3-endpoint", endpoint(silentPort())).out();
            assertTrue(said.contains("Warning: s3://lent/ at "), said);
            assertEquals("in the bucket", Files.readString(clean));
            Files.writeString(waits, "on the disk");
            used.down();

            Map<String, String> kept = kept(used.state());
            refusesUsed(keys(accessKey, "wrong"), "AWS_SECRET_ACCESS_KEY", there);
            refusesUsed(NO_KEYS, "The worker has no credentials", there);
            refusesUsed(keys(), "AWS_SECRET_ACCESS_KEY", endpoint(forbidding.port()));
            Path away = Files.move(bucket, running.state().resolve("lent"));
            refusesUsed(keys(), "create it or correct its name", there);
            Files.move(away, bucket);
            assertEquals(kept, kept(used.state()));

            used.up("--s3-endpoint", there);
            assertEquals("on the disk", Files.readString(waits));
            used.flush(waits, LIMIT);
            assertEquals("on the disk", Files.readString(bucket.resolve("waits")));
        }
    }

    @Test
    void anUnknownWorkspace() throws Exception {
        Path mountPoint = Files.createDirectories(directory.resolve("unknown/mnt"));
        refusesMount(mountPoint, "nothing", "correct --workspace");
    }

    @Test
    void aMountPointOfTheOtherOne() throws Exception {
        refusesMount(running.mountPoint(), "default", "stop it first");
    }

    @Test
    void theStateOfTheOtherOne() throws Exception {
        Deployment same = new Deployment(Deployment.home(), directory.resolve("running"));
        Path elsewhere = directory.resolve("elsewhere");
        String line =
                same.run(Duration.ofMinutes(1), List.of("up", "--detach", elsewhere.toString()))
                        .err();
        assertEquals(1, line.lines().count(), line);
        assertTrue(line.contains("`forebay down --state " + running.state() + "` first"), line);
    }

    /** As after a copy that was meant to be one: two control planes on the same metadata. */
    @Test
    void theMetadataOfTheOtherOne() throws Exception {
        try (Deployment other = new Deployment(Deployment.home(), directory.resolve("metadata"))) {
            Files.createDirectories(other.state());
            Files.copy(
                    running.state().resolve("forebay.json"),
                    other.state().resolve("forebay.json"),
                    StandardCopyOption.COPY_ATTRIBUTES);
            Files.createSymbolicLink(
                    other.state().resolve("control-plane"),
                    running.state().resolve("control-plane"));
            Refusal.of(other).up("stop that one first");
        }
    }

    private static void refusesStore(
            Path directory, String remedy, Map<String, String> keys, String bucket)
            throws Exception {
        try (Deployment other = new Deployment(Deployment.home(), directory, keys)) {
            String line =
                    Refusal.of(other)
                            .up(
                                    remedy,
                                    "--s3-endpoint",
                                    endpoint(store.getPort()),
                                    "--s3-region",
                                    REGION,
                                    "--bucket",
                                    bucket,
                                    "--prefix",
                                    "other");
            assertTrue(line.contains("s3://" + bucket + "/other/"), line);
        }
    }

    private static Deployment used(Map<String, String> keys) {
        return new Deployment(Deployment.home(), directory.resolve("used"), keys);
    }

    private static void refusesUsed(Map<String, String> keys, String remedy, String endpoint)
            throws IOException {
        String line = Refusal.of(used(keys)).up(remedy, "--s3-endpoint", endpoint);
        assertTrue(line.contains("What waits for its upload is kept"), line);
    }

    /** What an instance must not lose: the settings, and the bytes that it staged. */
    private static Map<String, String> kept(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            Map<String, String> kept = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path name = state.relativize(file);
                if (name.startsWith("worker") || name.endsWith("forebay.json")) {
                    kept.put(name.toString(), Digest.sha256(file));
                }
            }
            return kept;
        }
    }

    private static int silentPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void refusesMount(Path mountPoint, String workspace, String remedy)
            throws Exception {
        // Not the running instance: its processes are not what this command leaves.
        Deployment none = new Deployment(Deployment.home(), directory.resolve("none"));
        new Refusal(none, List.of())
                .command(
                        remedy,
                        List.of(
                                "mount",
                                "--control-plane",
                                running.status().path("endpoints").path("grpc").asText(),
                                "--workspace",
                                workspace,
                                "--mount-point",
                                mountPoint.toString(),
                                "--node",
                                "other"));
    }

    private static String endpoint(int port) {
        return "http://127.0.0.1:" + port;
    }

    private static Map<String, String> keys() {
        return keys(accessKey, secretKey);
    }

    private static Map<String, String> keys(String access, String secret) {
        return Map.of("AWS_ACCESS_KEY_ID", access, "AWS_SECRET_ACCESS_KEY", secret);
    }

    /** A server that forbids everything. */
    private record Forbidding(HttpServer server) implements AutoCloseable {
        static Forbidding start() throws IOException {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            HttpServer server = HttpServer.create(any, 0);
            server.createContext(
                    "/",
                    exchange -> {
                        exchange.sendResponseHeaders(403, -1);
                        exchange.close();
                    });
            server.start();
            return new Forbidding(server);
        }

        int port() {
            return server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
