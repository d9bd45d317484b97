package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service that cannot have the port for gRPC says so and ends, and does not run without. */
final class TakenPortTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir private Path directory;

    @Test
    void ofTheControlPlane() throws Exception {
        refuses("control-plane/server", "-Dforebay.state.directory=" + directory.resolve("state"));
    }

    @Test
    void ofTheWorker() throws Exception {
        refuses(
                "data-plane/server",
                "-Dforebay.worker.id=w",
                "-Dforebay.worker.staging-directory=" + directory.resolve("staging"),
                "-Dforebay.worker.socket=" + directory.resolve("worker.socket"));
    }

    private static void refuses(String service, String... settings) throws IOException {
        Path jar = Deployment.home().resolve(service).resolve("target/quarkus-app/quarkus-run.jar");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<String> command =
                    Stream.of(
                                    Stream.of(
                                            Path.of(System.getProperty("java.home"), "bin/java")
                                                    .toString(),
                                            "-Dquarkus.http.port=0",
                                            "-Dquarkus.grpc.server.port=" + taken.getLocalPort()),
                                    Stream.of(settings),
                                    Stream.of("-jar", jar.toString()))
                            .flatMap(words -> words)
                            .toList();
            Command.Outcome outcome = new Command(command, Map.of(), LIMIT).run();
            assertEquals(1, outcome.status(), outcome::all);
            assertTrue(
                    outcome.err().contains("The port for gRPC is taken")
                            && outcome.err().contains("port=" + taken.getLocalPort()),
                    outcome::all);
        }
    }
}
