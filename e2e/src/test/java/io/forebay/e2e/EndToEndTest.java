package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From files on the mount to objects in the bucket and back, through the command users type. */
final class EndToEndTest {
    private static final Duration FLUSH = Duration.ofMinutes(1);

    /** More than one part of a multipart upload, and no multiple of anything. */
    private static final int LARGE = (20 << 20) + 12_345;

    @TempDir private Path directory;

    @Test
    void filesBecomeObjectsUnderTheirNamesAndComeBack() throws Exception {
        Needs.fuse();
        Needs.rclone();
        Deployment deployment = new Deployment(Deployment.home(), directory);
        try (deployment) {
            deployment.up();
            Path mount = deployment.mountPoint();
            Map<String, String> written = write(mount);
            deployment.flush(mount, FLUSH);
            Rclone bucket = new Rclone(deployment);
            assertEquals(written, bucket.objects(directory), deployment::logs);
            shownByGraphQl(deployment);
            followsRenameAndUnlink(deployment, bucket, written);
            comesBackAfterEviction(deployment, written);
            isFoundAfterRestart(deployment, written);
        }
        assertFalse(mounted(deployment.mountPoint()));
    }

    private static Map<String, String> write(Path mount) throws IOException {
        Random random = new Random(7);
        Files.createDirectories(mount.resolve("run 1/checkpoints"));
        Map<String, String> written = new TreeMap<>();
        for (String name :
                List.of("hello.txt", "empty", "run 1/checkpoints/step-1.pt", "run 1/größe ✓")) {
            byte[] content = new byte[name.equals("empty") ? 0 : random.nextInt(LARGE)];
            random.nextBytes(content);
            Files.write(mount.resolve(name), content);
            written.put(name, Digest.sha256(mount.resolve(name)));
        }
        byte[] large = new byte[LARGE];
        random.nextBytes(large);
        Path fresh = mount.resolve("run 1/model.pt.tmp");
        Files.write(fresh, large);
        Files.move(fresh, mount.resolve("run 1/model.pt"), StandardCopyOption.ATOMIC_MOVE);
        written.put("run 1/model.pt", Digest.sha256(mount.resolve("run 1/model.pt")));
        return written;
    }

    private static void shownByGraphQl(Deployment deployment) {
        JsonNode file = deployment.file("/run 1/model.pt");
        assertEquals("CLEAN", file.path("flushState").asText(), file::toString);
        assertEquals(LARGE, file.path("size").asLong());
        assertEquals("run 1/model.pt", file.path("objectKey").asText());
        JsonNode flush =
                deployment
                        .graphql(
                                """
                                mutation { flush(workspace: "default", path: "/", wait: true) {
                                  settled pendingFiles } }
                                """,
                                Map.of())
                        .path("flush");
        assertTrue(flush.path("settled").asBoolean(), flush::toString);
        assertTrue(deployment.file("/nothing/there").isNull());
    }

    private void followsRenameAndUnlink(
            Deployment deployment, Rclone bucket, Map<String, String> written) throws Exception {
        Path mount = deployment.mountPoint();
        Files.delete(mount.resolve("hello.txt"));
        written.remove("hello.txt");
        Files.move(mount.resolve("run 1"), mount.resolve("run-2"));
        for (String name : List.copyOf(written.keySet())) {
            if (name.startsWith("run 1/")) {
                written.put(name.replace("run 1/", "run-2/"), written.remove(name));
            }
        }
        List<String> names = written.keySet().stream().sorted().toList();
        Eventually.holds("the bucket follows", FLUSH, () -> bucket.names().equals(names));
        assertEquals(written, bucket.objects(directory), deployment::logs);
    }

    private static void comesBackAfterEviction(Deployment deployment, Map<String, String> written)
            throws Exception {
        Path model = deployment.mountPoint().resolve("run-2/model.pt");
        deployment.flush(deployment.mountPoint(), FLUSH);
        Command.Outcome evicted =
                deployment.launcher(List.of("evict", model.toString()), FLUSH).run();
        assertEquals(0, evicted.status(), evicted::all);
        Eventually.holds(
                "the local copy goes",
                FLUSH,
                () -> !deployment.file("/run-2/model.pt").path("staged").asBoolean(true));
        assertEquals(written.get("run-2/model.pt"), Digest.sha256(model), deployment::logs);
    }

    private static void isFoundAfterRestart(Deployment deployment, Map<String, String> written)
            throws IOException {
        Path mount = deployment.mountPoint();
        byte[] last = "written just before the end".getBytes(StandardCharsets.UTF_8);
        Files.write(mount.resolve("last"), last);
        Command.Outcome down = deployment.down();
        assertEquals(0, down.status(), down::all);
        assertFalse(mounted(mount));
        assertFalse(deployment.status().path("running").asBoolean());
        deployment.up();
        assertArrayEquals(last, Files.readAllBytes(mount.resolve("last")));
        written.put("last", Digest.sha256(mount.resolve("last")));
        for (Map.Entry<String, String> each : written.entrySet()) {
            assertEquals(
                    each.getValue(), Digest.sha256(mount.resolve(each.getKey())), each::getKey);
        }
    }

    @Test
    void twoInstancesRunSideBySide() throws Exception {
        Needs.fuse();
        Path one = Files.createDirectory(directory.resolve("one"));
        Path two = Files.createDirectory(directory.resolve("two"));
        try (Deployment first = new Deployment(Deployment.home(), one);
                Deployment second = new Deployment(Deployment.home(), two)) {
            first.up();
            second.up("--no-passthrough");
            Files.writeString(first.mountPoint().resolve("file"), "first");
            Files.writeString(second.mountPoint().resolve("file"), "second");
            first.flush(first.mountPoint(), FLUSH);
            second.flush(second.mountPoint().resolve("file"), FLUSH);
            assertEquals("first", Files.readString(first.mountPoint().resolve("file")));
            assertEquals("second", Files.readString(second.mountPoint().resolve("file")));
            assertEquals(5, first.file("/file").path("size").asInt());
            assertEquals(6, second.file("/file").path("size").asInt());
            Command.Outcome again = first.tryUp();
            assertEquals(1, again.status(), again::all);
            assertTrue(again.err().contains("in use by a running forebay"), again::all);
            assertEquals(0, first.down().status());
            assertEquals("second", Files.readString(second.mountPoint().resolve("file")));
        }
    }

    static boolean mounted(Path mountPoint) throws IOException {
        return Files.readString(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1)
                .contains(" " + mountPoint + " ");
    }
}
