package io.forebay.mount.meta;

import java.time.Duration;

/** Waits. The wiring passes the real one in, tests one that returns at once. */
@FunctionalInterface
public interface Sleeper {
    void sleep(Duration duration) throws InterruptedException;
}
