package io.forebay.server.wiring;

/** Lets time pass. */
@FunctionalInterface
public interface Pause {
    void millis(long millis) throws InterruptedException;
}
