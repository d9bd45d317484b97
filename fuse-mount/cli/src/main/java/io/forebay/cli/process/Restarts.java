package io.forebay.cli.process;

import java.time.Duration;

/** How often a process may come back: ten times, each soon after the one before. */
public final class Restarts {
    private static final int MAX = 10;
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Duration healthyAfter;
    private int count;
    private Deadline calm = Deadline.in(Duration.ZERO);

    /**
     * @param healthyAfter a death that comes later than this after the one before is a first one
     */
    public Restarts(Duration healthyAfter) {
        this.healthyAfter = healthyAfter;
    }

    /** Counts one more death; false when it was one too many. */
    public boolean another() {
        count = calm.passed() ? 1 : count + 1;
        calm = Deadline.in(healthyAfter);
        return count <= MAX;
    }

    /** Doubles with each death in a row. */
    public Duration backOff() {
        Duration wanted = FIRST.multipliedBy(1L << Math.min(count - 1, 16));
        return wanted.compareTo(LONGEST) < 0 ? wanted : LONGEST;
    }
}
