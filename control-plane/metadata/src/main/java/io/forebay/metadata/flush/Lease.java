package io.forebay.metadata.flush;

import io.forebay.proto.WorkerIdentity;

/** The process that work is given to. */
record Lease(String worker, long epoch) {
    /** Work that is not ended in this time is handed out again. */
    static final long MILLIS = 60_000;

    static Lease of(WorkerIdentity worker) {
        return new Lease(worker.getWorkerId(), worker.getEpoch());
    }
}
