package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that are made without a name reach the bucket when they get one, and leave nothing when
 * they get none, also when the process that serves their mount dies meanwhile.
 */
@Timeout(300)
final class UnnamedFilesTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int BYTES = 6 << 20;

    private static final Path PROGRAM =
            Deployment.home().resolve("e2e/src/test/resources/programs/unnamed.py");

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyWhatGetsANameStays(boolean passthrough) throws Exception {
        Needs.fuse();
        Needs.rclone();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up(passthrough ? new String[0] : new String[] {"--no-passthrough"});
            named(deployment);
            abandoned(deployment);
        }
    }

    private void named(Deployment deployment) throws Exception {
        Path used = Files.createDirectory(deployment.mountPoint().resolve("used"));
        Path go = directory.resolve("go");
        CompletableFuture<Command.Outcome> program =
                CompletableFuture.supplyAsync(command("started", used, go)::run);
        Eventually.holds("four files without a name", LIMIT, () -> staged(deployment) == 4);
        started("started");
        deployment.flush(deployment.mountPoint(), LIMIT);
        Rclone bucket = new Rclone(deployment);
        assertEquals(List.of(), bucket.names());
        Kill.andAwaitSuccessor(deployment, "mount");
        Files.createFile(go);
        Command.Outcome outcome = program.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
        deployment.flush(deployment.mountPoint(), LIMIT);
        assertEquals(
                Map.of("used/empty-path", sha256(0), "used/proc", sha256(1)),
                bucket.objects(directory));
        Eventually.holds("the others are gone", LIMIT, () -> staged(deployment) == 2);
    }

    /** The program is killed, and the process that should hear of it as well. */
    private void abandoned(Deployment deployment) throws Exception {
        Path used = Files.createDirectory(deployment.mountPoint().resolve("abandoned"));
        Process program =
                new ProcessBuilder(command("again", used, directory.resolve("never")).words())
                        .inheritIO()
                        .start();
        try {
            started("again");
            assertEquals(6, staged(deployment));
        } finally {
            long mount = deployment.pid("mount");
            ProcessHandle.of(mount).orElseThrow().destroyForcibly();
            program.destroyForcibly();
        }
        Eventually.holds("all four are gone", LIMIT, () -> staged(deployment) == 2);
        try (Stream<Path> names = Files.list(used)) {
            assertEquals(0, names.count());
        }
        deployment.flush(deployment.mountPoint(), LIMIT);
        assertEquals(List.of("used/empty-path", "used/proc"), new Rclone(deployment).names());
    }

    private Command command(String started, Path used, Path go) {
        return new Command(
                List.of(
                        "/usr/bin/python3",
                        PROGRAM.toString(),
                        used.toString(),
                        directory.resolve(started).toString(),
                        go.toString()),
                Map.of(),
                LIMIT.multipliedBy(2));
    }

    private void started(String name) throws Exception {
        Eventually.holds("its first steps", LIMIT, () -> Files.exists(directory.resolve(name)));
    }

    /** Files of the worker's directory, which are named after their inodes. */
    private static long staged(Deployment deployment) {
        try (Stream<Path> files = Files.walk(deployment.state().resolve("worker"))) {
            return files.filter(file -> file.getFileName().toString().matches("\\d{4,}")).count();
        } catch (IOException changing) {
            throw new UncheckedIOException(changing);
        }
    }

    private static String sha256(int number) {
        String line = "%015d%n".formatted(number);
        String content = line.repeat(BYTES / line.length());
        return Digest.sha256(content.getBytes(StandardCharsets.US_ASCII));
    }
}
