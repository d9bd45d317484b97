package io.forebay.metadata.work;

import io.forebay.proto.WorkerIdentity;

/**
 * The process that work is given to.
 *
 * @param oldestTry the first try of a publication that it may still be at; 0: it does not say
 */
public record Lease(String worker, long epoch, long oldestTry) {
    /** Work that is not ended in this time is handed out again. */
    public static final long MILLIS = 60_000;

    public static Lease of(WorkerIdentity worker) {
        return of(worker, 0);
    }

    public static Lease of(WorkerIdentity worker, long oldestTry) {
        return new Lease(worker.getWorkerId(), worker.getEpoch(), oldestTry);
    }
}
