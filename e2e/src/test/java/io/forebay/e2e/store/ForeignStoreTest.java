package io.forebay.e2e.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.relay.Relay;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance that drains to the store of another one, through a relay that sees and stops it. */
final class ForeignStoreTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Far below what the SDK waits for an answer, and what a supervisor waits for a process. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private static final String TOKEN = "token-of-a-session";
    private static final String TOKEN_HEADER = "\r\nx-amz-security-token: ";

    @TempDir private static Path directory;
    private static Deployment owner = new Deployment(Path.of(""), Path.of(""));

    @BeforeAll
    static void anInstanceRuns() {
        Needs.fuse();
        owner = new Deployment(Deployment.home(), directory.resolve("owner"));
        owner.up();
    }

    @AfterAll
    static void end() {
        owner.close();
    }

    /**
     * All that is said of the store but its bucket comes from the environment, as temporary keys.
     */
    @Test
    void aSessionTokenIsShownUntilAStartWithOtherKeys() throws Exception {
        Path bucket = Files.createDirectory(owner.state().resolve("s3/tokens"));
        try (Relay relay = relay();
                Deployment used = deployment("tokens", temporary(relay))) {
            used.up("--bucket", "tokens");
            Files.writeString(used.mountPoint().resolve("first"), "with");
            used.flush(used.mountPoint().resolve("first"), LIMIT);
            assertEquals("with", Files.readString(bucket.resolve("first")));
            String said = relay.said().toLowerCase(Locale.ROOT);
            assertTrue(said.contains("put /tokens/first"), said);
            assertTrue(said.contains(TOKEN_HEADER + TOKEN), said);
            assertFalse(commandLines().contains(TOKEN));
            used.down();
            assertFalse(files(used.state()).contains(TOKEN));
            relay.said(); // what it looked for until its end

            try (Deployment later = deployment("tokens", keys())) {
                later.up();
                Files.writeString(later.mountPoint().resolve("second"), "without");
                later.flush(later.mountPoint().resolve("second"), LIMIT);
                assertEquals("without", Files.readString(bucket.resolve("second")));
                said = relay.said().toLowerCase(Locale.ROOT);
                assertTrue(said.contains("put /tokens/second"), said);
                assertFalse(said.contains(TOKEN_HEADER), said);
            }
        }
    }

    @Test
    void aStoreThatNeverAnswersKeepsNobodyFromStopping() throws Exception {
        Path bucket = Files.createDirectory(owner.state().resolve("s3/silent"));
        byte[] large = new byte[9 << 20]; // is sent in parts
        try (Relay relay = relay();
                Deployment used = deployment("silent", keys())) {
            used.up("--bucket", "silent", "--s3-endpoint", relay.endpoint());
            relay.silence();
            Files.writeString(used.mountPoint().resolve("small"), "kept");
            Files.write(used.mountPoint().resolve("large"), large);
            Eventually.holds(
                    "uploads are in flight",
                    LIMIT,
                    () -> relay.heard("PUT /silent/small") && relay.heard("POST /silent/large"));

            Command.Outcome stopped = used.run(STOP_LIMIT, List.of("down"));
            assertEquals(0, stopped.status(), () -> stopped.all() + used.logs());

            relay.answer();
            used.up();
            assertEquals("kept", Files.readString(used.mountPoint().resolve("small")));
            used.flush(used.mountPoint(), LIMIT);
            assertEquals("kept", Files.readString(bucket.resolve("small")));
            assertEquals(large.length, Files.size(bucket.resolve("large")));
        }
    }

    private static Relay relay() throws IOException {
        return Relay.to(owner.http("objectStore").getPort());
    }

    private static Deployment deployment(String name, Map<String, String> environment) {
        return new Deployment(Deployment.home(), directory.resolve(name), environment);
    }

    private static Map<String, String> temporary(Relay relay) throws IOException {
        Map<String, String> all = new HashMap<>(keys());
        all.put("AWS_SESSION_TOKEN", TOKEN);
        all.put("AWS_ENDPOINT_URL", relay.endpoint());
        return all;
    }

    private static Map<String, String> keys() throws IOException {
        JsonNode keys =
                new ObjectMapper()
                        .readTree(Files.readString(owner.state().resolve("forebay.json")))
                        .path("localKeys");
        return Map.of(
                "AWS_ACCESS_KEY_ID", keys.path("accessKey").asText(),
                "AWS_SECRET_ACCESS_KEY", keys.path("secretKey").asText());
    }

    /** Of all processes: everybody can read them. */
    private static String commandLines() {
        StringBuilder all = new StringBuilder();
        ProcessHandle.allProcesses()
                .forEach(each -> all.append(each.info().commandLine().orElse("")).append('\n'));
        return all.toString();
    }

    /** Settings, logs and records. */
    private static String files(Path state) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }
}
