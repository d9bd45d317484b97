package io.forebay.worker.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.observability.MetricName;
import io.forebay.observability.ProcessKind;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The Quarkus process, beside no control plane. */
@QuarkusTest
@TestProfile(WorkerProcessTest.Alone.class)
final class WorkerProcessTest {
    @TestHTTPResource("/")
    URI root = URI.create("http://localhost/");

    @Test
    void livesAndIsNotReady() throws IOException, InterruptedException {
        assertEquals(200, get("q/health/live").statusCode());
        HttpResponse<String> ready = get("q/health/ready");
        assertEquals(503, ready.statusCode());
        assertTrue(ready.body().contains("staged files"), ready.body());
    }

    @Test
    void everyMetricOfAWorkerIsThere() throws IOException, InterruptedException {
        String text = get("q/metrics").body();
        for (MetricName name : MetricName.values()) {
            if (name.process() == ProcessKind.WORKER) {
                assertTrue(text.contains(name.prometheusName()), name + " in " + text);
            }
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(root.resolve(path))
                            .timeout(Duration.ofSeconds(30))
                            .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    /** A worker whose control plane never answers. */
    public static final class Alone implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            Path place = Path.of("target", "process");
            return Map.of(
                    "quarkus.http.test-port", "0",
                    "quarkus.grpc.server.test-port", "0",
                    "forebay.worker.id", "worker-1",
                    "forebay.worker.node", "node-1",
                    "forebay.worker.staging-directory", place.resolve("staging").toString(),
                    "forebay.worker.socket", place.resolve("run/worker.sock").toString(),
                    "forebay.control-plane", "127.0.0.1:9");
        }
    }
}
