package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged metadata is refused in one line that says what to do, instead of served with less in it;
 * with the files restored, everything is there again.
 */
final class DamagedStateTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String REBUILD = "restore a backup";

    @TempDir private Path directory;

    private Path metadata = Path.of("");
    private Path backup = Path.of("");

    @Test
    void itIsRefusedUntilItIsRestored() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            Path file = deployment.mountPoint().resolve("file");
            Files.writeString(file, "mine");
            deployment.down();
            metadata = deployment.state().resolve("control-plane");
            backup = directory.resolve("backup");
            copy(metadata, backup);

            refused(deployment, "CURRENT", DamagedStateTest::cut, REBUILD);
            refused(deployment, "MANIFEST-", DamagedStateTest::flip, REBUILD);
            refused(deployment, ".log", DamagedStateTest::flip, REBUILD);
            refused(deployment, "grant.key", DamagedStateTest::cut, "restore the file");

            deployment.up();
            assertEquals("mine", Files.readString(file), deployment::logs);
        }
    }

    private void refused(
            Deployment deployment, String name, UnaryOperator<byte[]> damage, String remedy)
            throws Exception {
        Path file = largest(name);
        Files.write(file, damage.apply(Files.readAllBytes(file)));
        Refusal.of(deployment).up(remedy);
        run("rm", "-r", metadata.toString());
        assertFalse(Files.exists(metadata));
        copy(backup, metadata);
    }

    private Path largest(String name) throws IOException {
        try (Stream<Path> files = Files.walk(metadata)) {
            return files.filter(file -> file.getFileName().toString().contains(name))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    private static byte[] cut(byte[] whole) {
        return Arrays.copyOf(whole, whole.length / 2);
    }

    private static byte[] flip(byte[] whole) {
        whole[whole.length / 2] ^= 0x10;
        return whole;
    }

    private static void copy(Path from, Path to) {
        run("cp", "-a", from.toString(), to.toString());
    }

    private static void run(String... words) {
        Command.Outcome outcome = new Command(List.of(words), Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
    }
}
