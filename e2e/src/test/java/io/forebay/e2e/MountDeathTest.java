package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A mount outlives the process that serves it: programs see a pause, and no error. They hold what a
 * process could lose (unlinked files, locks, mappings, listings), and do what must not be done
 * twice.
 */
final class MountDeathTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** A soak: {@code -Dforebay.kills=100}. */
    private static final int KILLS = Integer.getInteger("forebay.kills", 4);

    private static final long SEED = Long.getLong("forebay.seed", 1);

    /** The programs end by themselves when the test did not tell them to. */
    private static final Duration PROGRAM_LIMIT = Duration.ofMinutes(3).plusSeconds(5L * KILLS);

    private static final Path PROGRAM =
            Deployment.home().resolve("e2e/src/test/resources/programs/keeps_open.py");

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void killedAgainAndAgain(boolean passthrough) throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up(passthrough ? new String[0] : new String[] {"--no-passthrough"});
            try (Programs programs = new Programs(directory.resolve("stop"))) {
                programs.keepOpen(deployment.mountPoint());
                programs.verify(deployment.mountPoint());
                Random random = new Random(SEED);
                for (int kill = 0; kill < KILLS; kill++) {
                    programs.areRunning(deployment);
                    Thread.sleep(random.nextInt(300, 2_000));
                    Kill.andAwaitSuccessor(deployment, "mount");
                    answers(deployment);
                }
                programs.endWell(deployment);
            }
        }
    }

    @Test
    void restartedOnRequest() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            try (Programs programs = new Programs(directory.resolve("stop"))) {
                programs.keepOpen(deployment.mountPoint());
                for (int restart = 0; restart < 2; restart++) {
                    long before = deployment.pid("mount");
                    Command.Outcome outcome = deployment.restartMount();
                    assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
                    long after = deployment.pid("mount");
                    assertTrue(after != before, "another process");
                    assertEquals(
                            "restarted: process " + after + " serves the mount",
                            outcome.out().strip());
                }
                programs.endWell(deployment);
            }
        }
    }

    /** It may have been silent for longer than its lease. */
    @Test
    void aHungProcessIsReplaced() throws Exception {
        Needs.fuse();
        Path record = directory.resolve("second.pid");
        List<String> more = List.of("--hang-seconds", "10", "--record", record.toString());
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            try (SecondMount second =
                            SecondMount.of(deployment, directory.resolve("second"), more);
                    Programs programs = new Programs(directory.resolve("stop"))) {
                programs.keepOpen(second.mountPoint(), "--without-lease");
                programs.areRunning(deployment);
                String before = Files.readString(record);
                signal("STOP", new ObjectMapper().readTree(before).path("pid").asText());
                Eventually.holds(
                        "another process serves it",
                        LIMIT,
                        () -> !Files.readString(record).equals(before));
                programs.endWell(deployment);
                second.process().destroy();
                second.process().waitFor(30, TimeUnit.SECONDS);
                assertTrue(!isMounted(second.mountPoint()), deployment::logs);
            }
            String lines = Files.readString(deployment.state().resolve("logs/second-mount.log"));
            assertTrue(lines.contains("mount.hung"), lines);
        }
    }

    private static boolean isMounted(Path at) throws Exception {
        return Files.readString(Path.of("/proc/self/mounts")).contains(" " + at + " ");
    }

    private static void signal(String name, String pid) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start();
        assertEquals(0, kill.waitFor());
    }

    private static void answers(Deployment deployment) {
        Command.Outcome stat =
                new Command(
                                List.of("stat", "-f", deployment.mountPoint().toString()),
                                Map.of(),
                                LIMIT)
                        .run();
        assertEquals(0, stat.status(), () -> stat.all() + deployment.logs());
    }

    /** What runs on a mount until it is told to stop. */
    private static final class Programs implements AutoCloseable {
        private final Path stop;
        private final List<CompletableFuture<Command.Outcome>> running = new ArrayList<>();

        Programs(Path stop) {
            this.stop = stop;
        }

        void keepOpen(Path mountPoint, String... more) throws Exception {
            Path used = mountPoint.resolve("kept");
            List<String> words =
                    new ArrayList<>(
                            List.of(
                                    "/usr/bin/python3",
                                    PROGRAM.toString(),
                                    used.toString(),
                                    stop.toString()));
            words.addAll(List.of(more));
            start(words);
            Eventually.holds("its first steps", LIMIT, () -> size(used.resolve("log")) > 640);
        }

        /** Random writes that are read back and compared, again and again. */
        void verify(Path mountPoint) throws Exception {
            if (!Needs.onPath("fio")) {
                System.out.println(
                        "SKIPPED in MountDeathTest: fio is missing: apt-get install fio");
                return;
            }
            Path used = Files.createDirectory(mountPoint.resolve("verified"));
            start(
                    List.of(
                            "sh",
                            "-c",
                            "while [ ! -e \"$1\" ]; do fio --name=verify --directory=\"$2\""
                                    + " --size=32m --rw=randwrite --bs=16k --verify=crc32c"
                                    + " --verify_state_save=0"
                                    + " --verify_fatal=1 --end_fsync=1 --rate=40m || exit 1; done",
                            "sh",
                            stop.toString(),
                            used.toString()));
        }

        private void start(List<String> words) {
            Command command = new Command(words, Map.of(), PROGRAM_LIMIT);
            running.add(CompletableFuture.supplyAsync(command::run));
        }

        void areRunning(Deployment deployment) throws Exception {
            for (CompletableFuture<Command.Outcome> each : running) {
                if (each.isDone()) {
                    throw new AssertionError("ended: " + each.get().all() + deployment.logs());
                }
            }
        }

        void endWell(Deployment deployment) throws Exception {
            areRunning(deployment);
            Files.createFile(stop);
            for (CompletableFuture<Command.Outcome> each : running) {
                Command.Outcome outcome = each.get(PROGRAM_LIMIT.toSeconds(), TimeUnit.SECONDS);
                assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
            }
        }

        /** They must not outlive the test, whatever became of it. */
        @Override
        public void close() throws IOException {
            if (!Files.exists(stop)) {
                Files.createFile(stop);
            }
            ProcessHandle.current()
                    .descendants()
                    .filter(each -> each.info().commandLine().orElse("").contains(stop.toString()))
                    .forEach(ProcessHandle::destroyForcibly);
        }

        private static long size(Path file) throws Exception {
            return Files.exists(file) ? Files.size(file) : 0;
        }
    }
}
