package io.forebay.cli.process;

import java.time.Duration;

/** A bound on a wait that looks again and again. */
public final class Deadline {
    private static final Duration STEP = Duration.ofMillis(40);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    public static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    public boolean passed() {
        return System.nanoTime() - end >= 0;
    }

    /** Rests a moment; an interrupt ends the rest and stays set. */
    public static void pause() {
        pause(STEP);
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }
}
