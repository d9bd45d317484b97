package io.forebay.e2e.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Page;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
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

/** What another client does to the objects of clean files shows on each mount within 10 s. */
@Timeout(400)
final class ForeignChangesTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** The promise, and what a client's own start takes beside it. */
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir private static Path directory;
    private static Deployment deployment = new Deployment(Path.of(""), Path.of(""));

    @BeforeAll
    static void anInstanceRuns() {
        Needs.fuse();
        Needs.rclone();
        deployment = new Deployment(Deployment.home(), directory);
        deployment.up();
    }

    @AfterAll
    static void end() {
        deployment.close();
    }

    @Test
    void anOverwriteShowsOnEachMount() throws Exception {
        for (List<String> mode : List.of(List.<String>of(), List.of("--no-passthrough"))) {
            Path other = directory.resolve("second" + mode.size());
            try (SecondMount second = SecondMount.of(deployment, other, mode)) {
                Path file = stored("over" + mode.size(), "what we wrote");
                Path same = second.mountPoint().resolve(file.getFileName());
                assertEquals("what we wrote", Files.readString(same));
                String key = file.getFileName().toString();
                bucket().put(key, "theirs", directory);
                for (Path each : List.of(file, same)) {
                    Eventually.holds("its size", SOON, () -> Files.size(each) == 6);
                    assertEquals("theirs", Files.readString(each), deployment::logs);
                }
                assertEquals("CLEAN", state(key));
                Files.writeString(same, " and ours", StandardOpenOption.APPEND);
                deployment.flush(file, LIMIT);
                assertEquals("theirs and ours", bucket().content(key));
                bucket().put(key, "THEIRS AND OURS", directory); // as long as before
                Eventually.holds(
                        "its content",
                        SOON,
                        () ->
                                Files.readString(same).equals("THEIRS AND OURS")
                                        && Files.readString(file).equals("THEIRS AND OURS"));
            }
        }
    }

    /** The open itself finds out, before any scan does. */
    @Test
    void anEvictedFileIsReadAsItIsInTheBucket() throws Exception {
        Path read = evicted("read");
        Path written = evicted("written");
        bucket().put("read", "another", directory);
        bucket().put("written", "another", directory);
        assertEquals("another", Files.readString(read), deployment::logs);
        Files.writeString(written, " one", StandardOpenOption.APPEND);
        assertEquals("another one", Files.readString(written), deployment::logs);
        deployment.flush(written, LIMIT);
        assertEquals("another one", bucket().content("written"));
        assertEquals("another", bucket().content("read"));
    }

    @Test
    void aDeletionIsAConflictAndNothingIsLost() throws Exception {
        Path kept = stored("kept", "only here now");
        bucket().delete("kept");
        Eventually.holds("it shows", SOON, () -> state("kept").equals("CONFLICT"));
        assertEquals("only here now", Files.readString(kept));
        resolve(kept, "ours");
        deployment.flush(kept, LIMIT);
        assertEquals("only here now", bucket().content("kept"));

        Path gone = stored("gone", "not any more");
        bucket().delete("gone");
        Eventually.holds("it shows", SOON, () -> state("gone").equals("CONFLICT"));
        resolve(gone, "theirs");
        assertFalse(Files.exists(gone));
    }

    /** What we do ourselves is not taken for others' doing. */
    @Test
    void ourOwnWritesAreNoChangesOfOthers() throws Exception {
        double before = changes();
        Path mount = deployment.mountPoint();
        Files.createDirectory(mount.resolve("own"));
        for (int i = 0; i < 200; i++) {
            Path file = mount.resolve("own/f%" + i % 20);
            Files.write(file, ("content " + i).getBytes(StandardCharsets.UTF_8));
            if (i % 7 == 0) {
                Files.move(file, mount.resolve("own/g\u0001" + i));
            }
            if (i % 40 == 0) {
                Path to = mount.resolve("own" + i);
                Files.move(mount.resolve("own"), to);
                Files.move(to, mount.resolve("own"));
            }
            Thread.sleep(50);
        }
        deployment.flush(mount, LIMIT);
        assertEquals(before, changes(), deployment::logs);
        assertTrue(Page.value(deployment.http("worker"), "forebay_scan_objects_total") > 0);
    }

    private static double changes() throws IOException {
        return Page.value(deployment.http("graphql"), "forebay_objects_adopted_total")
                + Page.value(deployment.http("graphql"), "forebay_objects_missing_total");
    }

    private static Path stored(String name, String content) throws IOException {
        Path file = deployment.mountPoint().resolve(name);
        Files.writeString(file, content);
        deployment.flush(file, LIMIT);
        return file;
    }

    private static Path evicted(String name) throws Exception {
        Path file = stored(name, "first");
        Command.Outcome outcome =
                deployment.launcher(List.of("evict", file.toString()), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
        Eventually.holds(
                "the local copy goes",
                LIMIT,
                () -> !deployment.file("/" + name).path("staged").asBoolean(true));
        return file;
    }

    private static void resolve(Path file, String keep) {
        Command.Outcome outcome =
                deployment
                        .launcher(List.of("resolve", "--keep", keep, file.toString()), LIMIT)
                        .run();
        assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
    }

    private static String state(String path) {
        return deployment
                .graphql(
                        """
                        query($path: String!) { file(workspace: "default", path: $path) {
                          flushState } }
                        """,
                        Map.of("path", path))
                .path("file")
                .path("flushState")
                .asText();
    }

    private static Rclone bucket() throws IOException {
        return new Rclone(deployment);
    }
}
