package io.forebay.server.rpc;

import io.forebay.observability.EventName;
import io.forebay.observability.MetricName;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/** Runs a call where it belongs, measures it, and answers it once. */
@Singleton
final class Calls {
    private static final System.Logger LOG = System.getLogger(Calls.class.getName());

    private final MeterRegistry metrics;
    private final Map<Rpc, Timer> timers = new EnumMap<>(Rpc.class);

    /** Bounded by the calls that clients have in flight, which HTTP/2 bounds per connection. */
    private final ExecutorService virtualThreads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("rpc-", 0).factory());

    Calls(MeterRegistry metrics) {
        this.metrics = metrics;
        for (Rpc rpc : Rpc.values()) {
            timers.put(
                    rpc,
                    Timer.builder(MetricName.METADATA_SECONDS.label())
                            .description(MetricName.METADATA_SECONDS.description())
                            .tag("rpc", rpc.method())
                            .register(metrics));
        }
    }

    @PreDestroy
    void stop() {
        virtualThreads.shutdownNow();
    }

    <T> void answer(Rpc rpc, StreamObserver<T> client, Supplier<T> call) {
        switch (rpc.place()) {
            case EVENT_LOOP -> run(rpc, client, call);
            case VIRTUAL_THREAD -> {
                try {
                    virtualThreads.execute(() -> run(rpc, client, call));
                } catch (RejectedExecutionException e) {
                    fail(
                            rpc,
                            client,
                            Status.UNAVAILABLE.withDescription(
                                    "The control plane is stopping: try again when it runs."));
                }
            }
        }
    }

    /** Whether nobody waits for the answer any more. */
    static boolean abandoned(StreamObserver<?> client) {
        return client instanceof ServerCallStreamObserver<?> call && call.isCancelled();
    }

    /** Ends the call where nobody waits for its answer any more. */
    static void requireAsked(StreamObserver<?> client) {
        if (abandoned(client)) {
            throw cancelled();
        }
    }

    static StatusRuntimeException cancelled() {
        return Status.CANCELLED
                .withDescription("Nobody waits for the answer any more, or the server stops.")
                .asRuntimeException();
    }

    private <T> void run(Rpc rpc, StreamObserver<T> client, Supplier<T> call) {
        Timer.Sample sample = Timer.start(metrics);
        T reply;
        try {
            reply = call.get();
        } catch (RuntimeException | Error failure) {
            if (!GrpcStatuses.foreseen(failure)) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        EventName.CALL_FAILED.line("rpc", rpc.method()),
                        failure);
            }
            fail(rpc, client, GrpcStatuses.of(failure));
            return;
        } finally {
            sample.stop(timer(rpc));
        }
        if (!abandoned(client)) {
            client.onNext(reply);
            client.onCompleted();
        }
    }

    private Timer timer(Rpc rpc) {
        return Objects.requireNonNull(timers.get(rpc));
    }

    private void fail(Rpc rpc, StreamObserver<?> client, Status status) {
        Counter.builder(MetricName.METADATA_FAILURES.label())
                .description(MetricName.METADATA_FAILURES.description())
                .tags("rpc", rpc.method(), "status", status.getCode().name())
                .register(metrics)
                .increment();
        if (!abandoned(client)) {
            client.onError(status.asRuntimeException());
        }
    }
}
