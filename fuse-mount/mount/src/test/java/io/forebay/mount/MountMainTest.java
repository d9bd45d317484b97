package io.forebay.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.session.MountFlag;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class MountMainTest {
    private static final String[] LEAST = {
        "--control-plane",
        "localhost:9000",
        "--workspace",
        "w",
        "--mount-point",
        "/m",
        "--node",
        "n"
    };

    private static String[] with(String... more) {
        String[] all = java.util.Arrays.copyOf(LEAST, LEAST.length + more.length);
        System.arraycopy(more, 0, all, LEAST.length, more.length);
        return all;
    }

    @Test
    void argumentsAndTheirDefaults() {
        MountArguments least = MountArguments.parse(LEAST);
        assertEquals("localhost", least.host());
        assertEquals(9000, least.port());
        assertEquals(Path.of("/m"), least.mountPoint());
        assertTrue(least.passthrough());
        assertEquals(0, least.httpPort());
        MountArguments all =
                MountArguments.parse(
                        with("--no-passthrough", "--threads", "3", "--http-port", "8080"));
        assertFalse(all.passthrough());
        assertEquals(3, all.threads());
        assertEquals(8080, all.httpPort());
        assertEquals("forebay:w", least.source());
        assertEquals("s", MountArguments.parse(with("--source", "s")).source());
        assertTrue(
                MountArguments.parse(with("--options", "ro,dev"))
                        .flags()
                        .contains(MountFlag.READ_ONLY));
    }

    @Test
    void badArgumentsAreExplained() {
        assertTrue(message().contains("--control-plane is missing"));
        assertTrue(message(with("--thread", "3")).contains("--threads"));
        assertTrue(message(with("--threads", "0")).contains("1 to 64"));
        assertTrue(message(with("--http-port")).contains("needs a value"));
        assertTrue(message(with("--options", "ro,sync")).contains("unknown option sync"));
        String[] noPort = LEAST.clone();
        noPort[1] = "localhost";
        assertTrue(message(noPort).contains("HOST:PORT"));
    }

    private static String message(String... arguments) {
        return String.valueOf(
                assertThrows(
                                MountArguments.UsageException.class,
                                () -> MountArguments.parse(arguments))
                        .getMessage());
    }

    @Test
    void healthAndMetrics() throws Exception {
        MountMetrics metrics = new MountMetrics();
        CountingFileSystem counting =
                new CountingFileSystem(
                        request ->
                                switch (request) {
                                    case Request.StatFs _ -> throw new IllegalStateException();
                                    default -> new Reply.Ok();
                                },
                        metrics);
        Request.Header header = new Request.Header(1, 1, 0, 0, 0);
        counting.handle(new Request.Forget(header, 1));
        FuseException failure =
                assertThrows(
                        FuseException.class, () -> counting.handle(new Request.StatFs(header)));
        assertEquals(Errno.EIO, failure.errno());
        try (HttpEndpoint endpoint = HttpEndpoint.start(0, metrics);
                HttpClient client = HttpClient.newHttpClient()) {
            assertEquals(200, get(client, endpoint.port(), "health").statusCode());
            String text = get(client, endpoint.port(), "metrics").body();
            assertTrue(
                    text.contains("forebay_fuse_requests_total{operation=\"Forget\"} 1.0"), text);
            assertTrue(text.contains("forebay_fuse_errors_total 1.0"), text);
            metrics.watch().begin("Lookup").end(false);
            assertEquals(503, get(client, endpoint.port(), "health").statusCode());
            text = get(client, endpoint.port(), "metrics").body();
            assertTrue(text.contains("forebay_remote_seconds_count{rpc=\"Lookup\"} 1"), text);
            assertThrows(IOException.class, () -> HttpEndpoint.start(endpoint.port(), metrics));
        }
    }

    private static HttpResponse<String> get(HttpClient client, int port, String what)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/" + what))
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
