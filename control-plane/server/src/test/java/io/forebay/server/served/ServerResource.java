package io.forebay.server.served;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A state directory of its own, and ports that are free. */
public final class ServerResource implements QuarkusTestResourceLifecycleManager {
    private @Nullable Path state;

    @Override
    public Map<String, String> start() {
        try (ServerSocket http = free();
                ServerSocket grpc = free()) {
            Path made = Files.createTempDirectory("forebay-control-plane-");
            state = made;
            return Map.of(
                    "forebay.state.directory",
                    made.toString(),
                    "quarkus.http.test-port",
                    Integer.toString(http.getLocalPort()),
                    "quarkus.grpc.server.test-port",
                    Integer.toString(grpc.getLocalPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (state == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
