package io.forebay.server.wiring;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.kv.StoreException;
import io.forebay.observability.EventName;
import io.forebay.observability.MetricName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What must be done without being asked: ending dead mounts and walking renamed directories,
 * bringing commits to the disk, counting what is shown as metrics. A round that fails is tried
 * again; the first failure of a row is logged.
 */
@Singleton
final class Duties {
    private static final System.Logger LOG = System.getLogger(Duties.class.getName());

    /** What a power loss may take from what was only closed, not synced. */
    private static final long SYNC_MILLIS = 1000;

    private static final long TEND_MILLIS = 1000;

    /** Metrics are at most this old, half of what the design allows. */
    private static final long MEASURE_MILLIS = 5000;

    /** Steps of one round: the duty then looks at its clock again. */
    private static final int STEPS_MAX = 1000;

    private static final long STOP_SECONDS_MAX = 10;

    private final Metadata model;
    private final GuardedStore store;
    private final Measurements measurements;
    private final MeterRegistry metrics;
    private final Counter syncs;
    private final ScheduledExecutorService threads =
            Executors.newScheduledThreadPool(
                    2, Thread.ofPlatform().daemon().name("duty-", 0).factory());

    /** Owned by the thread that runs the sync duty, one at a time. */
    private long synced;

    Duties(Metadata model, GuardedStore store, Measurements measurements, MeterRegistry metrics) {
        this.model = model;
        this.store = store;
        this.measurements = measurements;
        this.metrics = metrics;
        this.syncs =
                Counter.builder(MetricName.STORE_SYNCS.label())
                        .description(MetricName.STORE_SYNCS.description())
                        .register(metrics);
    }

    void start() {
        every(TEND_MILLIS, "tend", this::tend);
        every(SYNC_MILLIS, "sync", this::sync);
        every(MEASURE_MILLIS, "measure", measurements::take);
    }

    /** Waits a bounded time for the rounds that run. */
    void stop() throws InterruptedException {
        threads.shutdownNow();
        if (!threads.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    EventName.DUTY_FAILED.line("duty", "any", "reason", "does not stop"));
        }
    }

    private void tend() {
        for (int step = 0; step < STEPS_MAX && model.tend(); step++) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private void sync() {
        long now = store.commits();
        if (now != synced) {
            store.sync();
            syncs.increment();
            synced = now;
        }
    }

    private void every(long millis, String duty, Runnable work) {
        var _ =
                threads.scheduleWithFixedDelay(
                        new Round(duty, work), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** One round, which must not throw: the executor would drop the duty. */
    private final class Round implements Runnable {
        private final String duty;
        private final Runnable work;
        private final Counter failures;

        /** Owned by the thread that runs the round, one at a time. */
        private boolean failing;

        Round(String duty, Runnable work) {
            this.duty = duty;
            this.work = work;
            this.failures =
                    Counter.builder(MetricName.DUTY_FAILURES.label())
                            .description(MetricName.DUTY_FAILURES.description())
                            .tag("duty", duty)
                            .register(metrics);
        }

        @Override
        public void run() {
            try {
                work.run();
                failing = false;
            } catch (RuntimeException | Error failure) {
                failures.increment();
                if (!failing) {
                    log(failure);
                }
                failing = true;
            }
        }

        private void log(Throwable failure) {
            String line = EventName.DUTY_FAILED.line("duty", duty, "reason", failure);
            if (failure instanceof StoreException) {
                LOG.log(System.Logger.Level.WARNING, line);
            } else {
                LOG.log(System.Logger.Level.ERROR, line, failure);
            }
        }
    }
}
