package io.forebay.persist.calls;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Growing pauses that end at once when the engine is closed. */
public final class Pauses {
    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 2_000;

    private final CountDownLatch closing;
    private final long budgetMillis;
    private long nextMillis = FIRST_MILLIS;
    private long spentMillis;

    public Pauses(CountDownLatch closing, Duration budget) {
        this.closing = closing;
        this.budgetMillis = budget.toMillis();
    }

    /** Pauses, and says whether to try again: not when closing or out of budget. */
    public boolean pause() {
        if (spentMillis >= budgetMillis) {
            return false;
        }
        long millis = Math.min(nextMillis, budgetMillis - spentMillis);
        spentMillis += millis;
        nextMillis = Math.min(2 * nextMillis, LAST_MILLIS);
        try {
            return !closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
