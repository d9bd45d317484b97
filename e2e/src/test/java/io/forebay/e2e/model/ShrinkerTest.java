package io.forebay.e2e.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Needs;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a difference is found, and becomes a short script, on faults that are known. */
final class ShrinkerTest {
    private static final int TRIES = 300;
    private static final int STEPS = 400;

    @TempDir private Path directory;

    @Test
    void whatDoesNotMatterIsLeftOut() {
        List<Integer> all = IntStream.range(0, 100).boxed().toList();
        List<Integer> needed = List.of(3, 50, 51, 97);
        assertEquals(needed, new Shrinker<Integer>(l -> l.containsAll(needed), TRIES).shrink(all));
    }

    @Test
    void triesAreBounded() {
        AtomicInteger asked = new AtomicInteger();
        Shrinker<Integer> shrinker =
                new Shrinker<>(
                        some -> {
                            asked.incrementAndGet();
                            return false;
                        },
                        17);
        assertEquals(100, shrinker.shrink(IntStream.range(0, 100).boxed().toList()).size());
        assertEquals(17, asked.get());
    }

    @Test
    void twoDirectoriesOfOneFileSystemDoNotDiffer() {
        Needs.root();
        Optional<Lockstep.Difference> found =
                lockstep(Side::new).run(Generator.steps(1, STEPS, true));
        assertEquals(Optional.empty(), found);
    }

    /** Of all holes that are punched into what was written, nothing is seen. */
    @Test
    void aHoleThatIsNotPunchedIsFoundAndShrunk() {
        assertShrunk("PUNCH_HOLE", LazyPunch::new);
    }

    /** What was exchanged is told to be, and is not. */
    @Test
    void anExchangeThatIsNoneIsFoundAndShrunk() {
        assertShrunk("EXCHANGE", LazyExchange::new);
    }

    private void assertShrunk(String culprit, Made fault) {
        Needs.root();
        Lockstep lockstep = lockstep(fault);
        List<Step> steps = firstThatFails(lockstep);
        List<Step> shrunk =
                new Shrinker<Step>(some -> lockstep.run(some).isPresent(), TRIES).shrink(steps);
        String script = Step.script(shrunk);
        assertTrue(lockstep.run(shrunk).isPresent(), script);
        assertTrue(shrunk.size() <= 5, () -> "not short:\n" + script);
        assertTrue(script.contains(culprit), script);
    }

    private static List<Step> firstThatFails(Lockstep lockstep) {
        for (long seed = 1; seed <= 20; seed++) {
            List<Step> steps = Generator.steps(seed, STEPS, false);
            if (lockstep.run(steps).isPresent()) {
                return steps;
            }
        }
        throw new AssertionError("a fault that nothing finds");
    }

    private Lockstep lockstep(Made subject) {
        AtomicInteger made = new AtomicInteger();
        Supplier<List<Path>> fresh =
                () -> {
                    Path way = directory.resolve("tree-" + made.incrementAndGet());
                    return List.of(way, way);
                };
        return new Lockstep(
                () -> new Side(fresh.get(), Side.Surroundings.NONE),
                () -> subject.of(fresh.get(), Side.Surroundings.NONE),
                _ -> {});
    }

    @FunctionalInterface
    private interface Made {
        Lockstep.Subject of(List<Path> ways, Side.Surroundings surroundings);
    }

    private record LazyPunch(Side side) implements Lockstep.Subject {
        LazyPunch(List<Path> ways, Side.Surroundings surroundings) {
            this(new Side(ways, surroundings));
        }

        @Override
        public Outcome perform(Step step) {
            boolean lie =
                    step.operation() instanceof HandleOperation.Allocate allocate
                            && allocate.mode() == HandleOperation.Mode.PUNCH_HOLE
                            && allocate.length() > 0;
            return lie && side.perform(keeping(step)).result() == 0
                    ? Outcome.of(0)
                    : side.perform(step);
        }

        /** Refused as the real one would be, and without its effect. */
        private static Step keeping(Step step) {
            HandleOperation.Allocate punch = (HandleOperation.Allocate) step.operation();
            HandleOperation.Mode mode = HandleOperation.Mode.KEEP_SIZE;
            return new Step(
                    step.number(),
                    step.mount(),
                    step.user(),
                    new HandleOperation.Allocate(
                            punch.slot(), mode, punch.offset(), punch.length()));
        }

        @Override
        public void close() {
            side.close();
        }
    }

    private record LazyExchange(Side side) implements Lockstep.Subject {
        LazyExchange(List<Path> ways, Side.Surroundings surroundings) {
            this(new Side(ways, surroundings));
        }

        /** Twice is as good as not at all. */
        @Override
        public Outcome perform(Step step) {
            Outcome outcome = side.perform(step);
            if (outcome.result() == 0
                    && step.operation() instanceof PathOperation.Rename rename
                    && rename.how() == PathOperation.Replace.EXCHANGE) {
                side.perform(step);
            }
            return outcome;
        }

        @Override
        public void close() {
            side.close();
        }
    }
}
