package io.forebay.worker.telemetry;

import io.forebay.observability.MetricName;
import io.forebay.proto.FailureKind;
import io.forebay.store.Space;
import io.forebay.transport.remote.serve.StagedFileStreams;
import io.forebay.transport.remote.serve.StreamWatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The worker's meters, each by its name in {@link MetricName}. Safe for any number of threads. */
public final class WorkerMetrics {
    private final MeterRegistry registry;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger fetchWaits = new AtomicInteger();
    private final Map<FailureKind, Counter> grants = new ConcurrentHashMap<>();
    private final Counter uploads;
    private final Counter uploadedBytes;
    private final Counter uploadFailures;
    private final Counter scanned;
    private final Counter conflicts;
    private final Timer uploadTime;
    private final Counter fetchedBytes;
    private final Counter fetchFailures;
    private final Counter evictions;
    private final Counter copiedBytes;
    private final Counter copyFailures;

    public WorkerMetrics(MeterRegistry registry) {
        this.registry = registry;
        uploads = counter(MetricName.FLUSH_UPLOADS);
        uploadedBytes = counter(MetricName.FLUSH_BYTES);
        uploadFailures = counter(MetricName.FLUSH_FAILURES);
        scanned = counter(MetricName.SCANNED_OBJECTS);
        conflicts = counter(MetricName.FLUSH_CONFLICTS);
        uploadTime =
                Timer.builder(MetricName.FLUSH_SECONDS.label())
                        .description(MetricName.FLUSH_SECONDS.description())
                        .register(registry);
        fetchedBytes = counter(MetricName.FETCH_BYTES);
        fetchFailures = counter(MetricName.FETCH_FAILURES);
        evictions = counter(MetricName.STAGING_EVICTIONS);
        copiedBytes = counter(MetricName.COPY_BYTES);
        copyFailures = counter(MetricName.COPY_FAILURES);
        grants.put(FailureKind.FAILURE_NONE, grants(FailureKind.FAILURE_NONE));
        gauge(MetricName.FETCH_WAITS, fetchWaits, AtomicInteger::get);
        gauge(MetricName.FLUSH_RUNNING, running, AtomicInteger::get);
    }

    /** Shows how full the staging area is, as last measured. */
    public void watch(Supplier<Space> space) {
        gauge(MetricName.STAGING_USED, space, now -> now.get().usedBytes());
        gauge(MetricName.STAGING_FREE, space, now -> now.get().availableBytes());
        gauge(MetricName.STAGING_FILES, space, now -> now.get().files());
    }

    /** What streams of other nodes' mounts carry. */
    public StreamWatch streams() {
        Counter read = counter(MetricName.STREAM_READ_BYTES);
        Counter written = counter(MetricName.STREAM_WRITTEN_BYTES);
        Counter recalls = counter(MetricName.STREAM_RECALLS);
        return new StreamWatch() {
            @Override
            public void read(long bytes) {
                read.increment((double) bytes);
            }

            @Override
            public void written(long bytes) {
                written.increment((double) bytes);
            }

            @Override
            public void recalled() {
                recalls.increment();
            }
        };
    }

    /** Shows how many files mounts of other nodes have open. */
    public void watch(StagedFileStreams streams) {
        gauge(MetricName.STREAM_FILES, streams, StagedFileStreams::openFiles);
    }

    /** An open was answered; NONE is a success. */
    public void granted(FailureKind failure) {
        grants.computeIfAbsent(failure, this::grants).increment();
    }

    private Counter grants(FailureKind failure) {
        String outcome = failure.name().replace("FAILURE_", "").toLowerCase(Locale.ROOT);
        return Counter.builder(MetricName.GRANTS.label())
                .description(MetricName.GRANTS.description())
                .tag("outcome", outcome.equals("none") ? "granted" : outcome)
                .register(registry);
    }

    public void fetched(long bytes) {
        fetchedBytes.increment((double) bytes);
    }

    /** Fetches wait for the store, or no longer; how many do so now. */
    public int fetchWaits(int change) {
        return fetchWaits.addAndGet(change);
    }

    public void fetchFailed() {
        fetchFailures.increment();
    }

    /** Objects of a bucket were listed and compared. */
    public void scanned(int objects) {
        scanned.increment(objects);
    }

    /** Sent to another worker for its copy. */
    public void copied(long bytes) {
        copiedBytes.increment((double) bytes);
    }

    public void copyFailed() {
        copyFailures.increment();
    }

    public void evicted() {
        evictions.increment();
    }

    void uploadStarted() {
        running.incrementAndGet();
    }

    void uploadEnded() {
        running.decrementAndGet();
    }

    void uploaded(long bytes, Duration elapsed) {
        uploads.increment();
        uploadedBytes.increment((double) bytes);
        uploadTime.record(elapsed);
    }

    void uploadFailed() {
        uploadFailures.increment();
    }

    void conflicted() {
        conflicts.increment();
    }

    private Counter counter(MetricName name) {
        return Counter.builder(name.label())
                .description(name.description())
                .baseUnit(name.unit().isEmpty() ? null : name.unit())
                .register(registry);
    }

    private <T> void gauge(MetricName name, T source, ToDoubleFunction<T> value) {
        Gauge.builder(name.label(), source, value)
                .description(name.description())
                .baseUnit(name.unit().isEmpty() ? null : name.unit())
                .strongReference(true)
                .register(registry);
    }
}
