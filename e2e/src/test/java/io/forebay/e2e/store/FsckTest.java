package io.forebay.e2e.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running system is checked: clean after work, and what is damaged behind its back is found. */
@Timeout(400)
final class FsckTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int FILES = 300;

    @TempDir private static Path directory;
    private static Deployment deployment = new Deployment(Path.of(""), Path.of(""));

    /** Nothing is uploaded by itself, and nobody else looks at the bucket. */
    @BeforeAll
    static void anInstanceRuns() {
        Needs.fuse();
        Map<String, String> quiet = Map.of("FOREBAY_BUCKET_SCAN_SECONDS", "0");
        deployment = new Deployment(Deployment.home(), directory, quiet);
        deployment.up("--flush-delay-millis", "3600000");
    }

    @AfterAll
    static void end() {
        deployment.close();
    }

    @Test
    void whatIsDamagedIsFound() throws Exception {
        work();
        assertClean(fsck());
        deployment.flush(deployment.mountPoint(), LIMIT);
        assertClean(fsck("--deep"));
        evicted();
        assertClean(fsck("--repair"));
        theOnlyCopyIsGone();
        anObjectIsGone();
        aCopyIsGone();
        Command.Outcome wrong = deployment.run(LIMIT, List.of("fsck", "nobodys"));
        assertEquals(2, wrong.status(), wrong::all);
        assertTrue(wrong.err().contains("no workspace of that name"), wrong::all);
        aWorkerIsAway();
    }

    private static Command.Outcome fsck(String... options) {
        List<String> words = new ArrayList<>(List.of("fsck", "default"));
        words.addAll(List.of(options));
        return deployment.run(LIMIT, words);
    }

    private static void assertClean(Command.Outcome outcome) {
        assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
        assertTrue(outcome.out().endsWith("Clean.\n"), outcome::all);
    }

    /** The only finding. */
    private static JsonNode found(String code, String... options) throws IOException {
        List<String> words = new ArrayList<>(List.of(options));
        words.add("--json");
        Command.Outcome outcome = fsck(words.toArray(String[]::new));
        JsonNode report = new ObjectMapper().readTree(outcome.out());
        assertEquals(1, report.path("findings").size(), () -> outcome.all() + deployment.logs());
        JsonNode finding = report.path("findings").path(0);
        assertEquals(code, finding.path("code").asText(), outcome::all);
        assertEquals(finding.path("repaired").asBoolean() ? 0 : 1, outcome.status(), outcome::all);
        return finding;
    }

    private static void work() throws IOException {
        Path root = deployment.mountPoint();
        Path tree = Files.createDirectories(root.resolve("tree/below"));
        for (int i = 0; i < FILES; i++) {
            Path file = (i % 2 == 0 ? tree : root).resolve("f" + i);
            Files.write(file, new byte[1 + i * 37]);
            switch (i % 7) {
                case 0 -> Files.delete(file);
                case 1 ->
                        Files.move(
                                file, root.resolve("m" + i), StandardCopyOption.REPLACE_EXISTING);
                case 2 -> Files.createLink(root.resolve("l" + i), file);
                case 3 -> Files.createSymbolicLink(root.resolve("s" + i), file);
                case 4 -> Files.writeString(file, "again");
                default -> {}
            }
        }
        Files.move(root.resolve("tree"), root.resolve("moved"));
        Files.writeString(root.resolve("kept"), "in the bucket");
        Files.writeString(root.resolve("other"), "in the bucket as well");
    }

    private static void evicted() throws Exception {
        Path moved = deployment.mountPoint().resolve("moved");
        Command.Outcome evict =
                deployment.launcher(List.of("evict", moved.toString()), LIMIT).run();
        assertEquals(0, evict.status(), evict::all);
        Eventually.holds(
                "it is evicted",
                LIMIT,
                () -> !deployment.file("/moved/below/f6").path("staged").asBoolean());
    }

    private static Path staged(String path) throws IOException {
        String ino =
                deployment
                        .graphql(
                                "query($path: String!) { file(workspace: \"default\", path: $path)"
                                        + " { ino } }",
                                Map.of("path", path))
                        .path("file")
                        .path("ino")
                        .asText();
        try (Stream<Path> all = Files.walk(deployment.state())) {
            return all.filter(file -> file.getFileName().toString().equals(ino))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void theOnlyCopyIsGone() throws Exception {
        Path dirty = deployment.mountPoint().resolve("dirty");
        Files.writeString(dirty, "nowhere else");
        assertClean(fsck());
        Files.delete(staged("/dirty"));
        assertEquals("/dirty", found("STAGED_MISSING", "--repair").path("path").asText());
        Command.Outcome text = fsck();
        assertTrue(text.out().startsWith("ERROR STAGED_MISSING: 1 left"), text::all);
        assertTrue(text.out().endsWith("Not clean.\n"), text::all);
        Files.delete(dirty);
        Eventually.holds("it is forgotten", LIMIT, () -> fsck().status() == 0);
    }

    private static void anObjectIsGone() throws Exception {
        Path object;
        try (Stream<Path> all = Files.walk(deployment.state().resolve("s3"))) {
            object =
                    all.filter(file -> file.getFileName().toString().equals("kept"))
                            .findFirst()
                            .orElseThrow();
        }
        Files.delete(object);
        assertEquals("/kept", found("OBJECT_MISSING").path("path").asText());
        assertEquals("in the bucket", Files.readString(deployment.mountPoint().resolve("kept")));
        Files.delete(deployment.mountPoint().resolve("kept"));
        Eventually.holds("it is forgotten", LIMIT, () -> fsck().status() == 0);
    }

    private static void aCopyIsGone() throws Exception {
        Files.delete(staged("/other"));
        found("STAGED_CLEAN_MISSING", "--repair");
        assertClean(fsck());
        Path other = deployment.mountPoint().resolve("other");
        assertEquals("in the bucket as well", Files.readString(other, StandardCharsets.UTF_8));
        Path there = staged("/other"); // in the directory of the last byte of its number
        long ino = Long.parseLong(there.getFileName().toString());
        Path left = there.resolveSibling(Long.toString(256 * 30 + (ino & 0xFF)));
        Files.writeString(left, "left behind");
        assertEquals(
                "the inode is gone", found("STAGED_UNKNOWN", "--repair").path("detail").asText());
        Eventually.holds("it is dropped", LIMIT, () -> !Files.exists(left));
        assertClean(fsck());
    }

    private static void aWorkerIsAway() throws Exception {
        long pid = deployment.pid("worker");
        signal("STOP", pid);
        try {
            Eventually.holds(
                    "the worker counts as away",
                    LIMIT,
                    () ->
                            !deployment
                                    .graphql("{ workers { healthy } }", Map.of())
                                    .path("workers")
                                    .path(0)
                                    .path("healthy")
                                    .asBoolean());
            Command.Outcome away = fsck("--repair");
            assertEquals(2, away.status(), away::all);
            assertTrue(away.out().contains("UNCHECKED the bucket: no worker"), away::all);
            assertTrue(away.out().contains("not all was checked"), away::all);
        } finally {
            signal("CONT", pid);
        }
    }

    private static void signal(String name, long pid) {
        new Command(List.of("kill", "-" + name, Long.toString(pid)), Map.of(), LIMIT).run();
    }
}
