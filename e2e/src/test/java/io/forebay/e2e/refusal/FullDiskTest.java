package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Digest;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invariants I1 and I9 on a full disk: a clear error, nothing acknowledged is lost, it heals. */
final class FullDiskTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int FILE_BYTES = 1 << 20;

    /** The metadata's log and several files fit in. */
    private static final long LEFT_BYTES = 12L << 20;

    private static final int FILES_MAX = 64;

    private final Random random = new Random(7);

    @TempDir private Path directory;

    @Test
    void aStartIsRefused() throws Exception {
        Needs.root();
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 64);
                Deployment deployment = new Deployment(Deployment.home(), disk.directory())) {
            String remedy = "free some, or name another place with --state";
            Refusal.of(deployment).up(remedy);
            disk.fill(0);
            Refusal.of(deployment).up(remedy);
        }
    }

    /** Where files wait, only a start can make room: it is refused later than elsewhere. */
    @Test
    void aStartWhereFilesWait() throws Exception {
        Needs.root();
        Needs.fuse();
        Needs.rclone();
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 512);
                Deployment deployment = new Deployment(Deployment.home(), disk.directory())) {
            deployment.up("--flush-delay-millis", "600000");
            Path mount = deployment.mountPoint();
            Map<String, String> written = Map.of("waits", write(mount.resolve("waits")));
            deployment.down();

            disk.fill(LEFT_BYTES);
            String line = Refusal.of(deployment).up("free some");
            assertTrue(line.contains("nothing below that directory"), line);
            disk.free();
            disk.fill(4 * LEFT_BYTES);
            deployment.up();
            assertWhole(mount, written);
            deployment.flush(mount, LIMIT);
            assertEquals(written, new Rclone(deployment).objects(directory), deployment::logs);
        }
    }

    @Test
    void aWriterIsToldAndNothingIsLost() throws Exception {
        tellsAndLosesNothing();
    }

    @Test
    void soIsAWriterThroughTheMountProcess() throws Exception {
        tellsAndLosesNothing("--no-passthrough");
    }

    private void tellsAndLosesNothing(String... options) throws Exception {
        Needs.root();
        Needs.fuse();
        Needs.rclone();
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("disk"), 512);
                Deployment deployment = new Deployment(Deployment.home(), disk.directory())) {
            deployment.up(options);
            Path mount = deployment.mountPoint();
            Map<String, String> written = new TreeMap<>();
            written.put("before", write(mount.resolve("before")));
            disk.fill(LEFT_BYTES);
            Path refused = writeUntilFull(mount, written);
            assertWhole(mount, written);

            disk.free();
            Path after = mount.resolve("after");
            Eventually.holds(
                    "there is room again" + deployment.logs(),
                    LIMIT,
                    () -> isWritten(after, written));
            Files.deleteIfExists(refused);
            deployment.flush(mount, LIMIT);
            assertWhole(mount, written);
            assertEquals(written, new Rclone(deployment).objects(directory), deployment::logs);
        }
    }

    /** The file that there was no room for. */
    private Path writeUntilFull(Path mount, Map<String, String> written) throws Exception {
        for (int i = 0; i < FILES_MAX; i++) {
            String name = "file-" + i;
            Path file = mount.resolve(name);
            try {
                written.put(name, write(file));
            } catch (IOException full) {
                assertIsFull(full);
                return file;
            }
        }
        throw new AssertionError("never full: " + written.keySet());
    }

    private boolean isWritten(Path file, Map<String, String> written) throws Exception {
        try {
            written.put("after", write(file));
            return true;
        } catch (IOException stillFull) {
            assertIsFull(stillFull);
            return false;
        }
    }

    private static void assertIsFull(IOException full) {
        assertTrue(
                String.valueOf(full.getMessage()).contains("No space left on device"),
                full::toString);
    }

    /** Acknowledged by fsync and close. */
    private String write(Path file) throws Exception {
        byte[] content = new byte[FILE_BYTES];
        random.nextBytes(content);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        return Digest.sha256(content);
    }

    private static void assertWhole(Path mount, Map<String, String> written) throws Exception {
        for (Map.Entry<String, String> each : written.entrySet()) {
            assertEquals(
                    each.getValue(), Digest.sha256(mount.resolve(each.getKey())), each.getKey());
        }
    }
}
