package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * SIGKILL for the process that serves a mount, again and again, at random moments: a while after it
 * took over, just then, and before it has.
 */
final class Kills {
    private static final Duration LIMIT = Duration.ofMinutes(1);

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
        return holder.children().filter(each -> each.pid() != before && each.isAlive()).findAny();
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
