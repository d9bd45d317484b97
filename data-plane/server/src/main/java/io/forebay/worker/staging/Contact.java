package io.forebay.worker.staging;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.time.InstantSource;

/**
 * Whether the control plane has heard of this worker lately. A worker that was silent for too long
 * may have lost files to others without knowing it: it opens nothing before it has asked.
 */
public final class Contact {
    private static final long WAIT_MILLIS = 20_000;

    private final InstantSource clock;

    /** Guarded by this; so is the next one. */
    private long lostMillis;

    private long heardMillis;

    public Contact(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * The control plane has answered, and all that is staged is known to be needed.
     *
     * @param askedMillis when it was asked
     */
    public synchronized void heard(long askedMillis) {
        heardMillis = askedMillis;
        notifyAll();
    }

    /** After how long a silence others may take this worker's place; 0: never. */
    public synchronized void lostAfter(long millis) {
        lostMillis = millis;
    }

    public synchronized boolean isKept() {
        return lostMillis == 0 || clock.millis() - heardMillis < lostMillis;
    }

    /**
     * Waits until it is there again.
     *
     * @throws ForebayException UNAVAILABLE when that takes too long
     */
    synchronized void await() {
        long end = clock.millis() + WAIT_MILLIS;
        try {
            while (!isKept()) {
                long left = end - clock.millis();
                if (left <= 0) {
                    throw new ForebayException(
                            FailureKind.FAILURE_UNAVAILABLE,
                            "The worker does not reach the control plane; open the file again"
                                    + " later");
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            String message = "The worker stops; open the file again later";
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message, e);
        }
    }
}
