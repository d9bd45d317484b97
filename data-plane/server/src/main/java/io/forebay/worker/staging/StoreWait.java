package io.forebay.worker.staging;

import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.worker.telemetry.WorkerMetrics;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets fetches outlast an object store that does not answer, for a limited time: a store that
 * restarts is no reason for an error. What a store does answer is final.
 */
public final class StoreWait {
    private static final System.Logger LOG = System.getLogger(StoreWait.class.getName());

    private static final long PAUSE_MILLIS_FIRST = 100;
    private static final long PAUSE_MILLIS_LAST = 2_000;

    private final Duration limit;
    private final CountDownLatch stopping;
    private final WorkerMetrics metrics;

    /**
     * @param limit from the first try that failed to the begin of the last one
     * @param stopping ends the waits when the worker does
     */
    public StoreWait(Duration limit, CountDownLatch stopping, WorkerMetrics metrics) {
        this.limit = limit;
        this.stopping = stopping;
        this.metrics = metrics;
    }

    /**
     * Does the fetch, again where the store did not answer. It must bear to begin anew.
     *
     * @throws ForebayException the store's answer, or UNAVAILABLE when there was none in time
     */
    void run(Runnable fetch) {
        try {
            fetch.run();
        } catch (ForebayException e) {
            if (!isPassing(e)) {
                throw e;
            }
            runAgain(fetch, e);
        }
    }

    private void runAgain(Runnable fetch, ForebayException first) {
        if (metrics.fetchWaits(1) == 1) {
            String cause = Objects.toString(first.getMessage());
            LOG.log(Level.WARNING, EventName.FETCH_WAITING.line("cause", cause));
        }
        boolean done = false;
        try {
            untilItAnswers(fetch, first);
            done = true;
        } finally {
            if (metrics.fetchWaits(-1) == 0 && done) {
                LOG.log(Level.INFO, EventName.FETCH_RECOVERED.line());
            }
        }
    }

    private void untilItAnswers(Runnable fetch, ForebayException first) {
        long end = System.nanoTime() + limit.toNanos();
        long pause = PAUSE_MILLIS_FIRST;
        ForebayException last = first;
        while (true) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0 || stopsWithin(Math.min(pause, left))) {
                throw last;
            }
            pause = Math.min(2 * pause, PAUSE_MILLIS_LAST);
            try {
                fetch.run();
                return;
            } catch (ForebayException e) {
                if (!isPassing(e)) {
                    throw e;
                }
                last = e;
            }
        }
    }

    private static boolean isPassing(ForebayException e) {
        return e.kind() == FailureKind.FAILURE_UNAVAILABLE;
    }

    private boolean stopsWithin(long millis) {
        try {
            return stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
