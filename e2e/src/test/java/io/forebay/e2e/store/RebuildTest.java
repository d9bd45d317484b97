package io.forebay.e2e.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata and staging are lost, and the workspace is made again out of its bucket alone. */
final class RebuildTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir private static Path directory;
    private static Deployment owner = new Deployment(Path.of(""), Path.of(""));

    @BeforeAll
    static void aStoreRuns() {
        Needs.fuse();
        Needs.root(); // for files of other owners
        owner = new Deployment(Deployment.home(), directory.resolve("owner"));
        owner.up();
    }

    @AfterAll
    static void end() {
        owner.close();
    }

    @Test
    void everyFileComesBack() throws Exception {
        try (Deployment used = deployment("whole")) {
            Files.createDirectory(owner.state().resolve("s3/whole"));
            up(used, "whole");
            Path made = Files.createDirectory(used.mountPoint().resolve("tree"));
            tree("make", made);
            String before = tree("tell", made);
            used.flush(used.mountPoint(), LIMIT);
            loseState(used);

            up(used, "whole");
            assertEquals("", tree("tell", used.mountPoint()), "it begins anew");
            Command.Outcome imported = importAll(used);
            assertEquals(0, imported.status(), () -> imported.all() + used.logs());
            assertTrue(imported.out().contains("497 files"), imported::all);
            assertEquals(before, tree("tell", made));

            Command.Outcome again = importAll(used);
            assertEquals(0, again.status(), again::all);
            assertTrue(again.out().contains("0 files and 0 directories were made"), again::all);
            assertEquals(before, tree("tell", made));

            // It is a workspace like any other.
            Files.writeString(made.resolve("plain"), "changed");
            Files.move(made.resolve("many"), made.resolve("moved"));
            Files.delete(made.resolve("empty"));
            used.flush(used.mountPoint(), LIMIT);
            Path bucket = owner.state().resolve("s3/whole/tree");
            assertEquals("changed", Files.readString(bucket.resolve("plain")));
            Eventually.holds(
                    "old names are gone",
                    LIMIT,
                    () ->
                            !Files.exists(bucket.resolve("many"))
                                    && !Files.exists(bucket.resolve("empty")));
            assertEquals(449, Files.size(bucket.resolve("moved/1/f449")));
            String after = tree("tell", made);
            loseState(used);
            up(used, "whole");
            assertEquals(0, importAll(used).status());
            assertEquals(after, tree("tell", made));
        }
    }

    /** Invariant I6: also what is written before anybody thinks of the import. */
    @Test
    void whatIsWrittenBeforeTheImportStays() throws Exception {
        Needs.rclone();
        try (Deployment used = deployment("early")) {
            Path bucket = Files.createDirectory(owner.state().resolve("s3/early"));
            up(used, "early");
            Path model = used.mountPoint().resolve("model");
            Files.writeString(model, "the old one");
            used.flush(model, LIMIT);
            loseState(used);
            Rclone rclone = new Rclone(owner, "early");
            rclone.put("others/data", "of another tool", directory);
            rclone.put("others/model", "no directory", directory);
            Files.writeString(bucket.resolve("put-there-by-hand"), "no object of the store");

            up(used, "early");
            Files.writeString(model, "the new one");
            Files.createDirectories(used.mountPoint().resolve("others/model"));
            Eventually.holds(
                    "both versions are kept",
                    LIMIT,
                    () -> used.file("/model").path("flushState").asText().equals("CONFLICT"));
            Command.Outcome imported = importAll(used);
            assertEquals(1, imported.status(), imported::all);
            assertTrue(
                    imported.out().contains("model: A file that is not in the bucket yet has its"),
                    imported::all);
            assertTrue(
                    imported.out().contains("others/model: Something else than a file"),
                    imported::all);
            assertTrue(imported.out().contains("put-there-by-hand: The store"), imported::all);
            assertTrue(imported.err().contains("3 objects were left alone"), imported::all);
            assertEquals("the new one", Files.readString(model));
            assertEquals("the old one", Files.readString(bucket.resolve("model")));
            Path data = used.mountPoint().resolve("others/data");
            assertEquals("of another tool", Files.readString(data));
            assertEquals(0644, (int) Files.getAttribute(data, "unix:mode") & 07777);
        }
    }

    private static Deployment deployment(String name) throws IOException {
        JsonNode keys =
                new ObjectMapper()
                        .readTree(Files.readString(owner.state().resolve("forebay.json")))
                        .path("localKeys");
        return new Deployment(
                Deployment.home(),
                directory.resolve(name),
                Map.of(
                        "AWS_ACCESS_KEY_ID", keys.path("accessKey").asText(),
                        "AWS_SECRET_ACCESS_KEY", keys.path("secretKey").asText()));
    }

    private static void up(Deployment used, String bucket) {
        int port = owner.http("objectStore").getPort();
        used.up("--bucket", bucket, "--s3-endpoint", "http://127.0.0.1:" + port);
    }

    private static Command.Outcome importAll(Deployment used) {
        return used.run(LIMIT, List.of("workspace", "import"));
    }

    /** Metadata, staged files and settings: all that is not the bucket. */
    private static void loseState(Deployment used) {
        Command.Outcome down = used.down();
        assertEquals(0, down.status(), down::all);
        String state = used.state().toString();
        assertEquals(0, new Command(List.of("rm", "-rf", state), Map.of(), LIMIT).run().status());
    }

    private static String tree(String what, Path root) throws IOException {
        Path program = Deployment.home().resolve("e2e/src/test/resources/programs/tree.py");
        List<String> words = List.of("python3", program.toString(), what, root.toString());
        Command.Outcome outcome = new Command(words, Map.of("LC_ALL", "C.UTF-8"), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
        return outcome.out().lines().sorted().reduce("", (a, b) -> a + b + "\n");
    }
}
