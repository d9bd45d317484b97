package io.forebay.e2e.model;

import static org.junit.jupiter.api.Assertions.fail;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Needs;
import io.forebay.e2e.posix.TwoMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same steps in a directory of two mounts and in one of ext4 give the same. Each seed is a
 * script; {@code -Dforebay.model.minutes} takes one seed after another for so long, and {@code
 * -Dforebay.model.steps} only some steps of the first.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 12, unit = TimeUnit.HOURS)
final class ModelTest {
    private static final long SEED = Long.getLong("forebay.seed", 1);
    private static final long MINUTES = Long.getLong("forebay.model.minutes", 0);
    private static final String ONLY = System.getProperty("forebay.model.steps", "");
    private static final int SEEDS = 2;
    private static final int STEPS = 300;
    private static final int TRIES = 150;

    /** For the steps of one seed, a few of which wait until a process has started. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final TwoMounts mounts = new TwoMounts();
    private final AtomicInteger directories = new AtomicInteger();
    private final AtomicReference<String> last = new AtomicReference<>("none");
    private final ExecutorService calls =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());

    @TempDir private static Path directory;

    @BeforeAll
    void start() throws IOException {
        String type = Files.getFileStore(directory).type();
        Needs.need(type.equals("ext4"), directory + " is on " + type + ": name ext4 in TMPDIR");
        mounts.start(directory);
    }

    @AfterAll
    void stop() {
        mounts.close();
        calls.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource
    void asOnTheLocalFileSystem(DataPath first) throws Exception {
        compare(first, false, SEEDS);
    }

    @ParameterizedTest
    @EnumSource
    void alsoWhenProcessesDie(DataPath first) throws Exception {
        compare(first, true, 1);
    }

    private void compare(DataPath first, boolean crashes, int seeds) throws Exception {
        Lockstep lockstep = lockstep(first);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        long seed = SEED;
        for (; seed < SEED + seeds || System.nanoTime() < end; seed++) {
            List<Step> steps = chosen(Generator.steps(seed, STEPS, crashes));
            Optional<Lockstep.Difference> found = bounded(lockstep, steps);
            if (found.isPresent()) {
                explain(lockstep, seed, steps, found.get());
            }
            if (!ONLY.isEmpty()) {
                return;
            }
        }
        System.out.printf(
                "ModelTest: %s%s: %d seeds of %d steps, no difference%n",
                first, crashes ? " with deaths" : "", seed - SEED, STEPS);
    }

    private Lockstep lockstep(DataPath first) throws IOException {
        Mounts ways = new Mounts(mounts, first);
        return new Lockstep(
                () -> {
                    Path local = directory.resolve("local-" + directories.incrementAndGet());
                    return new Side(List.of(local, local), Side.Surroundings.NONE);
                },
                () -> new Side(ways.ways("tree-" + directories.get()), ways),
                step -> last.set(step.toString()));
    }

    private static List<Step> chosen(List<Step> steps) {
        if (ONLY.isEmpty()) {
            return steps;
        }
        Set<Integer> numbers =
                Arrays.stream(ONLY.split(",")).map(Integer::valueOf).collect(Collectors.toSet());
        return steps.stream().filter(step -> numbers.contains(step.number())).toList();
    }

    /** A call that never returns is ended by taking the mounts away. */
    private Optional<Lockstep.Difference> bounded(Lockstep lockstep, List<Step> steps)
            throws Exception {
        Future<Optional<Lockstep.Difference>> run = calls.submit(() -> lockstep.run(steps));
        try {
            return run.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException hung) {
            mounts.abort();
            throw new AssertionError(
                    "hung in\n" + last.get() + "\nof\n" + Step.script(steps) + mounts.logs(), hung);
        }
    }

    private void explain(Lockstep lockstep, long seed, List<Step> steps, Lockstep.Difference first)
            throws Exception {
        List<Step> failing =
                steps.stream().filter(step -> step.number() <= first.step().number()).toList();
        List<Step> shrunk =
                new Shrinker<Step>(some -> isDifferent(lockstep, some), TRIES).shrink(failing);
        String numbers =
                shrunk.stream()
                        .map(step -> Integer.toString(step.number()))
                        .collect(Collectors.joining(","));
        String again =
                bounded(lockstep, shrunk).map(Lockstep.Difference::toString).orElse("nothing");
        fail(
                "seed %d differs:\n%s\n%d of its steps, when nothing else is done, give:\n%s\n%s"
                                .formatted(seed, first, shrunk.size(), again, Step.script(shrunk))
                        + "replay: -Dforebay.seed="
                        + seed
                        + " -Dforebay.model.steps="
                        + numbers);
    }

    private boolean isDifferent(Lockstep lockstep, List<Step> steps) {
        try {
            return bounded(lockstep, steps).isPresent();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
