package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A mount outlives the process that serves it: programs see a pause, and no error. They hold what a
 * process could lose (unlinked files, locks, mappings, listings), and do what must not be done
 * twice.
 */
@Timeout(value = 1, unit = TimeUnit.HOURS)
final class MountDeathTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static final boolean LONG = Needs.isLong();

    private static final int KILLS = Integer.getInteger("forebay.kills", LONG ? 100 : 6);

    private static final long SEED = Long.getLong("forebay.seed", 1);

    /** The programs end by themselves when the test did not tell them to. */
    private static final Duration PROGRAM_LIMIT = Duration.ofMinutes(4).plusSeconds(10L * KILLS);

    @TempDir private Path directory;

    @ParameterizedTest
    @MethodSource("uses")
    void killedAgainAndAgain(boolean passthrough, Set<Use> uses) throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up(passthrough ? new String[0] : new String[] {"--no-passthrough"});
            try (Programs programs = new Programs(directory.resolve("stop"), PROGRAM_LIMIT)) {
                for (Use use : uses) {
                    start(use, programs, deployment.mountPoint());
                    programs.areRunning(deployment);
                }
                kill(deployment, programs);
                programs.endWell(deployment);
            }
        }
    }

    enum Use {
        VERIFIED,
        CHECKPOINTS,
        KEPT_OPEN
    }

    /** In a long run, each has the mount, and the kills, for itself. */
    static Stream<Arguments> uses() {
        Stream<Set<Use>> together =
                LONG
                        ? Arrays.stream(Use.values()).map(EnumSet::of)
                        : Stream.of(EnumSet.allOf(Use.class));
        return together.flatMap(uses -> Stream.of(arguments(true, uses), arguments(false, uses)));
    }

    private static void start(Use use, Programs programs, Path mountPoint) throws Exception {
        switch (use) {
            case KEPT_OPEN -> programs.keepOpen(mountPoint);
            case VERIFIED -> programs.verify(mountPoint);
            case CHECKPOINTS -> programs.saveCheckpoints(mountPoint);
        }
    }

    private static void kill(Deployment deployment, Programs programs) throws Exception {
        Kills kills = new Kills(deployment, SEED);
        for (int kill = 0; kill < KILLS; kill++) {
            programs.areRunning(deployment);
            kills.another();
        }
        kills.awaitAnswer();
        System.out.println("killed " + kills);
    }

    @Test
    void restartedOnRequest() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            try (Programs programs = new Programs(directory.resolve("stop"), PROGRAM_LIMIT)) {
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
                    Programs programs = new Programs(directory.resolve("stop"), PROGRAM_LIMIT)) {
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

    /**
     * SIGKILL for the process that serves a mount, again and again, at random moments: a while
     * after it took over, just then, and before it has.
     */
    private static final class Kills {
        /** The holder gives up after ten deaths in a row that came within two seconds. */
        private static final int QUICK_MAX = 6;

        private static final int HEALTHY_MILLIS = 2_500;
        private static final int SPREAD_MILLIS = 2_500;

        private final Deployment deployment;
        private final ProcessHandle holder;
        private final Random random;
        private final Map<Moment, Integer> counts = new EnumMap<>(Moment.class);

        /** The one that serves, or is about to. */
        private ProcessHandle current;

        private int quick;

        private boolean answered = true;

        /** When it was started. */
        private long started;

        /** How long the last one that was let do so took to serve. */
        private long takeoverMillis = 1_000;

        Kills(Deployment deployment, long seed) {
            this.deployment = deployment;
            this.random = new Random(seed);
            this.current = ProcessHandle.of(deployment.pid("mount")).orElseThrow();
            this.holder = current.parent().orElseThrow();
        }

        private enum Moment {
            LATER,
            JUST_SERVING,
            TAKING_OVER
        }

        /** Returns when the next process has been started. */
        void another() throws Exception {
            Moment moment = moment();
            switch (moment) {
                case LATER -> {
                    awaitAnswer();
                    Thread.sleep(random.nextInt(SPREAD_MILLIS));
                }
                case JUST_SERVING -> awaitAnswer();
                case TAKING_OVER -> Thread.sleep(random.nextLong(takeoverMillis + 1));
            }
            counts.merge(moment, 1, Integer::sum);
            assertTrue(current.destroyForcibly(), deployment::logs);
            long before = current.pid();
            Eventually.holds("another process", LIMIT, () -> successor(before).isPresent());
            current = successor(before).orElseThrow();
            started = System.nanoTime();
            answered = false;
        }

        private Moment moment() throws Exception {
            if (quick == QUICK_MAX) {
                quick = 0;
                awaitAnswer();
                Thread.sleep(HEALTHY_MILLIS);
                return Moment.LATER;
            }
            quick++;
            return switch (random.nextInt(4)) {
                case 0 -> Moment.JUST_SERVING;
                case 1 -> Moment.TAKING_OVER;
                default -> Moment.LATER;
            };
        }

        private Optional<ProcessHandle> successor(long before) {
            return holder.children()
                    .filter(each -> each.pid() != before && each.isAlive())
                    .findAny();
        }

        /** A call that only the process can answer. */
        void awaitAnswer() {
            String root = deployment.mountPoint().toString();
            Command.Outcome stat = new Command(List.of("stat", "-f", root), Map.of(), LIMIT).run();
            assertEquals(0, stat.status(), () -> stat.all() + deployment.logs());
            if (!answered) {
                answered = true;
                takeoverMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            }
        }

        /** How many, by their moments. */
        @Override
        public String toString() {
            return counts.toString();
        }
    }
}
