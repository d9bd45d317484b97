package io.forebay.metadata;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves when a test says so: one of its threads. */
public final class TestClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    public void advance(long millis) {
        now = now.plusMillis(millis);
    }

    public long nanos() {
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
