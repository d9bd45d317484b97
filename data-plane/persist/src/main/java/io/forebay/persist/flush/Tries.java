package io.forebay.persist.flush;

import java.util.TreeSet;

/**
 * The tries of publications that this process is at. A try is over when it was reported, or when
 * nobody will report it any more: no request of it is sent from then on.
 */
final class Tries {
    private final TreeSet<Long> running = new TreeSet<>(); // guarded by this
    private long last; // guarded by this

    synchronized long begin() {
        running.add(++last);
        return last;
    }

    synchronized void end(long number) {
        running.remove(number);
    }

    /** All before it are over. */
    synchronized long oldest() {
        return running.isEmpty() ? last + 1 : running.first();
    }
}
