package io.forebay.e2e.chaos;

import java.time.Duration;
import java.util.Locale;

/** How long the parts of a round took, for those who wonder why it is slow. */
final class StopWatch {
    private final StringBuilder laps = new StringBuilder();
    private long last = System.nanoTime();

    void lap(String name) {
        long now = System.nanoTime();
        laps.append(
                String.format(
                        Locale.ROOT,
                        " %s %.2f",
                        name,
                        Duration.ofNanos(now - last).toMillis() / 1e3));
        last = now;
    }

    @Override
    public String toString() {
        return laps.toString();
    }
}
