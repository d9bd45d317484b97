package io.forebay.e2e;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Looks again and again for something that must become true within a bound. */
public final class Eventually {
    private static final Duration STEP = Duration.ofMillis(100);

    private Eventually() {}

    public static void holds(String what, Duration limit, Callable<Boolean> condition)
            throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        Throwable last = null;
        while (System.nanoTime() - end < 0) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (IllegalStateException | java.io.UncheckedIOException notYet) {
                last = notYet;
            }
            Thread.sleep(STEP);
        }
        throw new AssertionError("not within " + limit.toSeconds() + " s: " + what, last);
    }
}
