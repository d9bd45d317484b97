package io.forebay.server.wiring;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.admin.NewWorkspace;
import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.kv.MemoryStore;
import io.forebay.observability.MetricName;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.ProbeResult;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.WorkerIdentity;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class MeasurementsTest {
    @Test
    @SuppressWarnings("deprecation") // it is the registry that Quarkus brings
    void whatIsMeasuredPerWorkspaceHasTheNamesOfThePage() {
        try (MemoryStore store = new MemoryStore()) {
            AtomicLong millis = new AtomicLong(1_000_000);
            InstantSource clock = () -> Instant.ofEpochMilli(millis.get());
            Metadata model = new Metadata(store, clock, new byte[32]);
            makeWorkspace(model);
            PrometheusMeterRegistry registry =
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            Measurements measurements = new Measurements(model, registry);
            measurements.take();
            measurements.take();
            String text = registry.scrape();
            for (MetricName name :
                    List.of(
                            MetricName.DIRTY_BYTES,
                            MetricName.DIRTY_FILES,
                            MetricName.LOSS_WINDOW)) {
                String line = "\n" + name.prometheusName() + "{workspace=\"w\"";
                assertTrue(text.contains(line), line + " is not in\n" + text);
            }
            assertTrue(text.contains("\nforebay_workers 1.0"), text);
            assertTrue(text.contains("\nforebay_workers_missing 0.0"), text);
            millis.addAndGet(Duration.ofMinutes(5).toMillis());
            measurements.take();
            text = registry.scrape();
            assertTrue(text.contains("\nforebay_workers 0.0"), text);
            assertTrue(text.contains("\nforebay_workers_missing 1.0"), text);
            registry.close();
        }
    }

    private static void makeWorkspace(Metadata model) {
        long epoch =
                model.workers()
                        .register(
                                RegisterWorkerRequest.newBuilder()
                                        .setWorkerId("a")
                                        .setNode("n")
                                        .setCapacityBytes(1 << 20)
                                        .build())
                        .getEpoch();
        WorkerIdentity worker =
                WorkerIdentity.newBuilder().setWorkerId("a").setEpoch(epoch).build();
        model.workers().heartbeat(HeartbeatRequest.newBuilder().setWorker(worker).build());
        long id =
                model.workspaces()
                        .create(
                                new NewWorkspace(
                                        "w",
                                        "bucket",
                                        "",
                                        new Policy(DurabilityMode.DURABILITY_MODE_WRITE_BACK, 0),
                                        0))
                        .id();
        model.tasks()
                .endTasks(
                        EndTasksRequest.newBuilder()
                                .setWorker(worker)
                                .addTasks(
                                        EndedTask.newBuilder()
                                                .setWorkspaceId(id)
                                                .setProbe(ProbeResult.getDefaultInstance()))
                                .build());
    }
}
