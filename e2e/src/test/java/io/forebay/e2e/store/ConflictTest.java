package io.forebay.e2e.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Invariant I6, and how a person ends a conflict, on two mounts and a store with another client.
 */
@Timeout(400)
final class ConflictTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir private static Path directory;
    private static Deployment deployment = new Deployment(Path.of(""), Path.of(""));

    @BeforeAll
    static void anInstanceRuns() {
        Needs.fuse();
        Needs.rclone();
        deployment =
                new Deployment(
                        Deployment.home(), directory, Map.of("FOREBAY_BUCKET_SCAN_SECONDS", "0"));
        deployment.up();
    }

    @AfterAll
    static void end() {
        deployment.close();
    }

    @Test
    void oursReplacesExactlyWhatWasSeen() throws Exception {
        Path file = conflict("ours", bucket -> bucket.put("ours", "theirs", directory));
        JsonNode conflict = shown("/ours").path("conflict");
        assertFalse(conflict.path("deleted").asBoolean(true));
        assertEquals(6, conflict.path("size").asLong());
        assertEquals("theirs", bucket().content("ours"));
        bucket().put("ours", "theirs again", directory);
        assertResolved(file, "ours");
        Eventually.holds("a new conflict", LIMIT, () -> state("/ours").equals("CONFLICT"));
        assertEquals("theirs again", bucket().content("ours"));
        assertEquals("first and second", Files.readString(file));
        Eventually.holds(
                "it is of what is there now",
                LIMIT,
                () -> shown("/ours").path("conflict").path("size").asLong() == 12);
        assertResolved(file, "ours");
        deployment.flush(file, LIMIT);
        assertEquals("first and second", bucket().content("ours"));
    }

    @Test
    void theirsIsSeenByEachMountAndOpenFilesKeepTheirs() throws Exception {
        try (SecondMount second =
                SecondMount.of(deployment, directory.resolve("second"), List.of())) {
            Path file = conflict("theirs", bucket -> bucket.put("theirs", "of others", directory));
            Path other = second.mountPoint().resolve("theirs");
            assertEquals("first and second", Files.readString(other));
            try (FileChannel reader = FileChannel.open(other, StandardOpenOption.READ)) {
                assertResolved(file, "theirs");
                assertEquals("of others", Files.readString(file));
                Eventually.holds(
                        "the other mount sees it",
                        SOON,
                        () ->
                                Files.size(other) == 9
                                        && Files.readString(other).equals("of others"));
                ByteBuffer bytes = ByteBuffer.allocate(64);
                int read = reader.read(bytes, 0);
                assertEquals(
                        "first and second",
                        new String(bytes.array(), 0, read, StandardCharsets.UTF_8));
            }
            assertEquals("CLEAN", state("/theirs"));
            Files.writeString(other, "third");
            deployment.flush(file, LIMIT);
            assertEquals("third", bucket().content("theirs"));
        }
    }

    @Test
    void bothStandBesideEachOther() throws Exception {
        Path file = conflict("both", bucket -> bucket.put("both", "of others", directory));
        assertResolved(file, "both");
        Path sibling = file.resolveSibling("both.forebay-ours");
        assertEquals("of others", Files.readString(file));
        assertEquals("first and second", Files.readString(sibling));
        deployment.flush(deployment.mountPoint(), LIMIT);
        assertEquals("of others", bucket().content("both"));
        assertEquals("first and second", bucket().content("both.forebay-ours"));
    }

    @Test
    void aDeletedObjectIsAConflictAsWell() throws Exception {
        Path kept = conflict("kept", bucket -> bucket.delete("kept"));
        assertTrue(shown("/kept").path("conflict").path("deleted").asBoolean());
        assertResolved(kept, "ours");
        deployment.flush(kept, LIMIT);
        assertEquals("first and second", bucket().content("kept"));
        Path gone = conflict("gone", bucket -> bucket.delete("gone"));
        assertResolved(gone, "theirs");
        assertFalse(Files.exists(gone));
        Command.Outcome again = resolve(kept, "theirs");
        assertEquals(1, again.status(), again::all);
        assertTrue(again.all().contains("in no conflict"), again::all);
    }

    private interface Foreign {
        void act(Rclone bucket) throws IOException;
    }

    /** A file whose object somebody changes while it is written. */
    private static Path conflict(String name, Foreign foreign) throws Exception {
        Path file = deployment.mountPoint().resolve(name);
        Files.writeString(file, "first");
        deployment.flush(file, LIMIT);
        try (FileChannel writer = FileChannel.open(file, StandardOpenOption.APPEND)) {
            foreign.act(bucket());
            writer.write(StandardCharsets.UTF_8.encode(" and second"));
        }
        Eventually.holds(
                "the conflict is shown", LIMIT, () -> state("/" + name).equals("CONFLICT"));
        return file;
    }

    private static void assertResolved(Path file, String keep) {
        Command.Outcome outcome = resolve(file, keep);
        assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
    }

    private static Command.Outcome resolve(Path file, String keep) {
        return deployment
                .launcher(List.of("resolve", "--keep", keep, file.toString()), LIMIT)
                .run();
    }

    private static String state(String path) {
        return deployment.file(path).path("flushState").asText();
    }

    private static JsonNode shown(String path) {
        return deployment
                .graphql(
                        """
                        query($path: String!) { file(workspace: "default", path: $path) {
                          flushState error conflict { deleted etag size } } }
                        """,
                        Map.of("path", path))
                .path("file");
    }

    private static Rclone bucket() throws IOException {
        return new Rclone(deployment);
    }
}
