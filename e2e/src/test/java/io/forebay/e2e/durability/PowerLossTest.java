package io.forebay.e2e.durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * I1: what was synced survives a loss of power, of a machine that has everything: mount, worker,
 * control plane and object store. And I2: what was not synced is never stored in part.
 */
final class PowerLossTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Rounds of each file system; many more with {@code -Dforebay.suites=long}. */
    private static final int ROUNDS = Needs.isLong() ? 100 : 3;

    private static final int LINES_MAX = 60;

    private static final Path PROGRAM =
            Deployment.home().resolve("e2e/src/test/resources/programs/syncs.py");

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"ext4", "xfs"})
    void whatWasSyncedSurvivesALossOfPower(String fileSystem) throws Exception {
        Needs.fuse();
        Needs.rclone();
        long seed = Long.getLong("forebay.seed", 1);
        Random random = new Random(seed);
        Synced synced = new Synced();
        try (PowerDisk disk = PowerDisk.of(directory, fileSystem);
                Deployment deployment = new Deployment(Deployment.home(), disk.directory())) {
            deployment.up();
            for (int round = 0; round < ROUNDS; round++) {
                String what = fileSystem + ", seed " + seed + ", round " + round;
                System.out.println("power loss: " + what);
                play(disk, deployment, synced, random, round);
                List<String> wrong = synced.compare(deployment);
                assertEquals(List.of(), wrong, what);
                awaitStored(deployment, synced);
            }
        }
    }

    private static void play(
            PowerDisk disk, Deployment deployment, Synced synced, Random random, int round)
            throws Exception {
        String place = "round-" + round;
        Path root = Files.createDirectory(deployment.mountPoint().resolve(place));
        boolean through = random.nextInt(3) == 0;
        if (through) {
            setWriteThrough(deployment, "/" + place);
        } else if (random.nextBoolean()) {
            signal("STOP", deployment.pid("object store")); // nothing but the staged files
        }
        String mode = through ? "write-through" : "write-back";
        List<String> words = new ArrayList<>(List.of("python3", PROGRAM.toString()));
        words.addAll(List.of(root.toString(), Integer.toString(random.nextInt()), mode));
        Process program = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (BufferedReader said = program.inputReader()) {
            for (int line = 5 + random.nextInt(LINES_MAX); line > 0; line--) {
                synced.heard(place, said.readLine());
            }
            Thread.sleep(random.nextInt(50));
            disk.cut();
            killAll(deployment);
            program.toHandle().destroyForcibly(); // what it has said can still be read
            said.lines().forEach(late -> synced.heardTooLate(place, late));
        } finally {
            program.destroyForcibly();
        }
        unmount(deployment);
        disk.restart();
        anotherBoot(deployment);
        deployment.up();
    }

    /** What a program had open counts as closed when the lease of its mount has passed. */
    private void awaitStored(Deployment deployment, Synced synced) throws Exception {
        AtomicReference<Map<String, String>> files = new AtomicReference<>(Map.of());
        AtomicReference<Map<String, String>> objects = new AtomicReference<>(Map.of());
        try {
            Eventually.holds(
                    "the bucket follows",
                    LIMIT,
                    () -> {
                        synced.removeLost(deployment);
                        deployment.flush(deployment.mountPoint(), LIMIT);
                        files.set(synced.files(deployment.mountPoint()));
                        objects.set(new Rclone(deployment).objects(directory));
                        return objects.get().equals(files.get());
                    });
        } catch (AssertionError late) {
            assertEquals(files.get(), objects.get(), deployment::logs);
            throw late;
        }
    }

    private static void setWriteThrough(Deployment deployment, String path) {
        deployment.graphql(
                """
                mutation($path: String!) {
                  setDurability(workspace: "default", path: $path, durability: WRITE_THROUGH) {
                    name } }
                """,
                Map.of("path", path));
    }

    /** No process does anything after that, as when the machine has no power. */
    private static void killAll(Deployment deployment) throws IOException {
        List<Long> pids = new ArrayList<>();
        try (Stream<Path> records = Files.list(deployment.state().resolve("run"))) {
            records.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".pid"))
                    .map(name -> name.substring(0, name.length() - ".pid".length()))
                    .forEach(name -> pids.add(deployment.recordedPid(name)));
        }
        assertFalse(pids.isEmpty(), "nothing runs");
        for (long pid : pids) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private static void unmount(Deployment deployment) {
        String at = deployment.mountPoint().toString();
        new Command(List.of("umount", "-l", at), Map.of(), LIMIT).run();
    }

    /** The kernel has not ended, so that its number of this boot is the same. */
    private static void anotherBoot(Deployment deployment) throws IOException {
        List<Path> boots;
        try (Stream<Path> all = Files.walk(deployment.state().resolve("worker"), 3)) {
            boots = all.filter(file -> file.getFileName().toString().equals("boot")).toList();
        }
        assertEquals(1, boots.size());
        Files.writeString(boots.getFirst(), "another boot\n");
    }

    private static void signal(String name, long pid) {
        new Command(List.of("kill", "-" + name, Long.toString(pid)), Map.of(), LIMIT).run();
    }
}
