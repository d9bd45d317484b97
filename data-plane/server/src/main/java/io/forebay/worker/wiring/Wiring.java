package io.forebay.worker.wiring;

import io.forebay.persist.s3.S3ObjectStore;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.remote.serve.RemoteOpener;
import io.forebay.transport.remote.serve.StagedFileStreams;
import io.forebay.wiring.GrpcServer;
import io.forebay.wiring.UnknownKeys;
import io.forebay.worker.telemetry.TaskTrace;
import io.forebay.worker.telemetry.WorkerMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Starts the worker with the process, and ends it with the process. */
@Singleton
final class Wiring {
    private final WorkerMapping mapping;
    private final WorkerParts parts;
    private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

    private final WorkerSettings.Address listening;
    private final StagedFileStreams streams;

    Wiring(
            WorkerMapping mapping,
            MeterRegistry registry,
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.grpc.server.host") String grpcHost,
            @ConfigProperty(name = "quarkus.grpc.server.port") int grpcPort)
            throws IOException {
        this.mapping = mapping;
        this.listening = new WorkerSettings.Address(grpcHost, grpcPort);
        WorkerMetrics metrics = new WorkerMetrics(registry);
        this.parts = new WorkerParts(metrics, new TaskTrace(telemetry));
        this.streams = new StagedFileStreams(this::open, StagingAreas.bootId(), metrics.streams());
        metrics.watch(streams);
    }

    /** Bytes for mounts of other nodes; there before the worker is. */
    StagedFileStreams streams() {
        return streams;
    }

    private RemoteOpener.Opened open(
            byte[] token, long writers, RemoteOpener.Keeper keeper, boolean atOnce) {
        Worker worker =
                worker().orElseThrow(() ->
                        new ForebayException(
                                FailureKind.FAILURE_UNAVAILABLE,
                                "The worker is starting; try again"));
        return worker.remoteOpener().open(token, writers, keeper, atOnce);
    }

    void start(@Observes StartupEvent event) {
        Config config = ConfigProvider.getConfig();
        UnknownKeys.refuse(config, WorkerMapping.class);
        GrpcServer.require(config);
        WorkerSettings settings = WorkerSettings.of(mapping, listening);
        S3ObjectStore store = S3ObjectStore.open(settings.s3());
        try {
            Worker worker = new Worker(settings, parts, store, () -> Quarkus.asyncExit(1));
            running.set(new Running(worker, store));
            worker.start();
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    void stop(@Observes ShutdownEvent event) {
        streams.close();
        Running last = running.getAndSet(null);
        if (last != null) {
            last.worker().close();
            last.store().close();
        }
    }

    Optional<Worker> worker() {
        return Optional.ofNullable(running.get()).map(Running::worker);
    }

    private record Running(Worker worker, S3ObjectStore store) {}
}
