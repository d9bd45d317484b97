package io.forebay.transport.remote;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the worker has answered changes of a file that a loss of its power may have taken: it
 * will not be sent them again, and nobody may hear of a later sync that they are safe.
 */
final class Unsynced {
    private final AtomicLong changes = new AtomicLong();
    private volatile long synced;

    /** Of the last open. */
    private volatile String boot = "";

    void changed() {
        changes.incrementAndGet();
    }

    /** How many were answered until now. */
    long changes() {
        return changes.get();
    }

    /** So many are on the worker's disk. */
    void synced(long count) {
        synced = count;
    }

    /**
     * The file is opened, perhaps again; by one thread at a time.
     *
     * @param now the boot id of the worker's machine
     */
    void opened(String now) {
        if (!boot.isEmpty() && !boot.equals(now) && changes.get() > synced) {
            throw new ForebayException(
                    FailureKind.FAILURE_CORRUPT,
                    "The worker's machine was started anew, and what was not synced before may be"
                            + " lost; write it again");
        }
        boot = now;
    }
}
