package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/METRICS.md promises is there, and nothing else; and nothing is sent unasked. */
final class MetricsTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Only seen once something has failed. */
    private static final Set<String> AFTER_A_FAILURE = Set.of("forebay_metadata_failures_total");

    private static final Map<String, String> ENDPOINTS =
            Map.of("control plane", "graphql", "worker", "worker", "mount", "mount");

    /** Where collectors listen, and where an exporter would send to if nobody stopped it. */
    private static final int[] COLLECTOR_PORTS = {4317, 4318};

    @TempDir private Path directory;

    @Test
    void documentedMetricsAreShownAndTracesStayAtHome() throws Exception {
        Needs.fuse();
        List<ServerSocket> collectors = listen();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            Path file = deployment.mountPoint().resolve("file");
            Files.write(file, new byte[(9 << 20) + 1]);
            deployment.flush(deployment.mountPoint(), LIMIT);
            for (Map.Entry<String, String> process : ENDPOINTS.entrySet()) {
                shows(deployment.http(process.getValue()), process.getKey());
            }
            counts(deployment);
            for (ServerSocket collector : collectors) {
                assertUnvisited(collector);
            }
            assertEquals(List.of(), telemetryNoise(deployment));
        } finally {
            for (ServerSocket collector : collectors) {
                collector.close();
            }
        }
    }

    private static void shows(URI endpoint, String process) throws Exception {
        Map<String, String> documented = new TreeMap<>();
        for (Page.Metric metric : Page.documented()) {
            if (metric.process().equals(process)) {
                documented.putAll(metric.families());
            }
        }
        assertTrue(documented.size() > 5, "the page has a table for the " + process);
        Eventually.holds(
                "the gauges of the " + process + " were measured: " + Page.families(endpoint),
                LIMIT,
                () -> Page.families(endpoint).size() >= documented.size() - AFTER_A_FAILURE.size());
        Map<String, String> shown = Page.families(endpoint);
        AFTER_A_FAILURE.stream()
                .filter(name -> !shown.containsKey(name))
                .forEach(documented::remove);
        assertEquals(documented, shown, process);
    }

    private static void counts(Deployment deployment) throws Exception {
        URI worker = deployment.http("worker");
        assertEquals(1, Page.value(worker, "forebay_flush_uploads_total"));
        assertEquals((9 << 20) + 1, Page.value(worker, "forebay_flush_uploaded_bytes_total"));
        assertEquals(1, Page.value(worker, "forebay_flush_seconds_count"));
        assertEquals(1, Page.value(worker, "forebay_staging_files"));
        URI controlPlane = deployment.http("graphql");
        Eventually.holds(
                "the measurement after the flush says what there is",
                LIMIT,
                () ->
                        Page.value(controlPlane, "forebay_mounts") == 1
                                && Page.value(controlPlane, "forebay_workers") == 1
                                && Page.value(controlPlane, "forebay_flush_queue") == 0
                                && Page.value(controlPlane, "forebay_dirty_bytes") == 0);
        assertTrue(Page.value(deployment.http("mount"), "forebay_fuse_requests_total") > 5);
    }

    /** What is taken here is nobody else's; a collector of this machine is left alone. */
    private static List<ServerSocket> listen() {
        List<ServerSocket> open = new ArrayList<>();
        for (int port : COLLECTOR_PORTS) {
            try {
                open.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            } catch (IOException taken) {
                System.out.println("SKIPPED: port " + port + " is taken, so visits are not seen");
            }
        }
        return open;
    }

    private static void assertUnvisited(ServerSocket collector) throws IOException {
        collector.setSoTimeout(1);
        try {
            collector.accept().close();
        } catch (SocketTimeoutException nobody) {
            return;
        }
        throw new AssertionError("somebody sent telemetry to port " + collector.getLocalPort());
    }

    /** Lines of the three processes that speak of telemetry, or of anything that was thrown. */
    private static List<String> telemetryNoise(Deployment deployment) throws IOException {
        List<String> noise = new ArrayList<>();
        for (String log : List.of("control-plane.log", "worker.log", "mount.log")) {
            try (Stream<String> lines = Files.lines(deployment.state().resolve("logs/" + log))) {
                lines.filter(line -> !line.contains("Installed features"))
                        .filter(line ->
                                line.matches("(?i).*(otel|opentelemetry|otlp|export).*|\tat .*"))
                        .forEach(noise::add);
            }
        }
        return noise;
    }
}
