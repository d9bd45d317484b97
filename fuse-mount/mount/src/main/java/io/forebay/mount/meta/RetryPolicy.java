package io.forebay.mount.meta;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long a call is tried.
 *
 * @param total after which the caller hears of the failure
 * @param eachTry after which a try counts as lost
 * @param pauseFirst before the second try; doubles from try to try, with jitter
 * @param pauseMost the longest pause
 * @param suspectTriesMost tries for an answer that smells of a bug rather than of an outage
 */
public record RetryPolicy(
        Duration total,
        Duration eachTry,
        Duration pauseFirst,
        Duration pauseMost,
        int suspectTriesMost) {
    /**
     * 30 s cover a restart of the control plane; a try of 10 s is far above any answer of a healthy
     * one; pauses from 20 ms find a restarted one soon without a storm.
     */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofMillis(20),
                    Duration.ofMillis(500),
                    3);

    /** The pause behind the given try (0 is the first): half of it is random. */
    Duration pause(int attempt) {
        long whole = Math.min(pauseMost.toMillis(), pauseFirst.toMillis() << Math.min(attempt, 16));
        return Duration.ofMillis(whole / 2 + ThreadLocalRandom.current().nextLong(whole / 2 + 1));
    }
}
