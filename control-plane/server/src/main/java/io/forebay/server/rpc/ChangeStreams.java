package io.forebay.server.rpc;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.changes.ChangeLog;
import io.forebay.observability.EventName;
import io.forebay.observability.MetricName;
import io.forebay.proto.WatchPosition;
import io.forebay.proto.WatchReply;
import io.forebay.proto.WatchRequest;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells mounts of changes. Each stream reads the log at its own pace: who is slow keeps nothing in
 * memory here, and hears that it has missed some when the log does not go back so far.
 */
@Singleton
final class ChangeStreams {
    private static final System.Logger LOG = System.getLogger(ChangeStreams.class.getName());

    /** A mount hears from us at least so often. */
    private static final long QUIET_MILLIS_MAX = 5_000;

    /**
     * Changes that follow one another are told together: a message for each of them would cost a
     * busy machine as much as making them. The first one after a silence is told at once.
     */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Commits of one reply: below 100 kB. */
    private static final int PAGE = 256;

    /** A stream whose mount makes all the changes itself learns how far it is now and then. */
    private static final int SKIPPED_MAX = 4_096;

    private final ChangeLog log;
    private final AtomicInteger streams = new AtomicInteger();
    private final Counter told;
    private final Counter missed;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("watch-", 0).factory());

    ChangeStreams(Metadata model, MeterRegistry metrics) {
        this.log = model.changes();
        this.told = counter(metrics, MetricName.CHANGES_TOLD);
        this.missed = counter(metrics, MetricName.CHANGES_MISSED);
        Gauge.builder(MetricName.CHANGE_STREAMS.label(), streams, AtomicInteger::get)
                .description(MetricName.CHANGE_STREAMS.description())
                .strongReference(true)
                .register(metrics);
    }

    private static Counter counter(MeterRegistry metrics, MetricName name) {
        return Counter.builder(name.label()).description(name.description()).register(metrics);
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    void watch(WatchRequest request, ServerCallStreamObserver<WatchReply> mount) {
        Semaphore ready = new Semaphore(0);
        mount.setOnReadyHandler(ready::release);
        mount.setOnCancelHandler(ready::release);
        try {
            threads.execute(() -> run(request, mount, ready));
        } catch (RejectedExecutionException e) {
            mount.onError(stopping());
        }
    }

    private void run(
            WatchRequest request, ServerCallStreamObserver<WatchReply> mount, Semaphore ready) {
        streams.incrementAndGet();
        try {
            tell(request, mount, ready);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!mount.isCancelled()) {
                mount.onError(stopping());
            }
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, EventName.CALL_FAILED.line("rpc", "Watch"), failure);
            if (!mount.isCancelled()) {
                mount.onError(GrpcStatuses.of(failure).asRuntimeException());
            }
        } finally {
            streams.decrementAndGet();
        }
    }

    private void tell(
            WatchRequest request, ServerCallStreamObserver<WatchReply> mount, Semaphore ready)
            throws InterruptedException {
        Optional<WatchPosition> after =
                request.hasAfter() ? Optional.of(request.getAfter()) : Optional.empty();
        boolean first = true;
        int skipped = 0;
        while (!mount.isCancelled()) {
            ChangeLog.Page page = log.read(after, PAGE, first ? 0 : QUIET_MILLIS_MAX);
            after = Optional.of(page.position());
            WatchReply reply = reply(request, page);
            skipped += page.commits().size();
            boolean silent = reply.getChangesCount() == 0 && !reply.getMissed();
            if (!silent || first || page.commits().isEmpty() || skipped >= SKIPPED_MAX) {
                awaitReady(mount, ready);
                send(mount, reply);
                skipped = 0;
            }
            first = false;
            if (!page.commits().isEmpty()) {
                LockSupport.parkNanos(PACE_NANOS);
            }
        }
    }

    /** What others did in the mount's workspace. */
    private static WatchReply reply(WatchRequest request, ChangeLog.Page page) {
        WatchReply.Builder reply =
                WatchReply.newBuilder().setPosition(page.position()).setMissed(page.missed());
        for (ChangeLog.Committed commit : page.commits()) {
            if (commit.workspaceId() == request.getWorkspaceId()
                    && (commit.mountId() == 0 || commit.mountId() != request.getMountId())) {
                reply.addAllChanges(commit.changes());
            }
        }
        return reply.build();
    }

    private static void awaitReady(ServerCallStreamObserver<?> mount, Semaphore ready)
            throws InterruptedException {
        while (!mount.isReady() && !mount.isCancelled()) {
            boolean _ = ready.tryAcquire(QUIET_MILLIS_MAX, TimeUnit.MILLISECONDS);
        }
        ready.drainPermits();
    }

    private void send(ServerCallStreamObserver<WatchReply> mount, WatchReply reply) {
        told.increment(reply.getChangesCount());
        if (reply.getMissed()) {
            missed.increment();
        }
        if (!mount.isCancelled()) {
            mount.onNext(reply);
        }
    }

    private static RuntimeException stopping() {
        return Status.UNAVAILABLE
                .withDescription("The control plane is stopping: try again when it runs.")
                .asRuntimeException();
    }
}
