package io.forebay.mount.holder;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often mount processes may die. The first to die after it had served for a while is replaced
 * at once; those that die soon after their start are replaced ever later, and only so many.
 */
final class Deaths {
    /** A process that served for so long did not die of what it took over. */
    private static final Duration HEALTHY_AFTER = Duration.ofSeconds(2);

    private static final int IN_A_ROW_MAX = 10;

    /** A crash every quarter of a minute, the whole hour long, is nobody's pause any more. */
    private static final int AN_HOUR_MAX = 240;

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Deque<Instant> lately = new ArrayDeque<>();
    private int inARow;

    /** Counts one more death; false when it was one too many. */
    boolean another(Instant now, Duration served) {
        lately.add(now);
        while (lately.getFirst().isBefore(now.minus(Duration.ofHours(1)))) {
            lately.removeFirst();
        }
        inARow = served.compareTo(HEALTHY_AFTER) >= 0 ? 0 : inARow + 1;
        return inARow <= IN_A_ROW_MAX && lately.size() <= AN_HOUR_MAX;
    }

    /** How long to wait before the next one. */
    Duration backOff() {
        if (inARow == 0) {
            return Duration.ZERO;
        }
        Duration wanted = FIRST.multipliedBy(1L << Math.min(inARow - 1, 16));
        return wanted.compareTo(LONGEST) < 0 ? wanted : LONGEST;
    }
}
