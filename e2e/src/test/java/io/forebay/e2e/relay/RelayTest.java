package io.forebay.e2e.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RelayTest {
    private final List<String> moments = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Moment cutAt = Moment.HALF_SENT;
    private volatile String cutKey = "";

    private HttpServer store = server();
    private Relay relay = relay();

    private HttpServer server() {
        try {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            HttpServer server = HttpServer.create(any, 0);
            server.createContext("/", this::answer);
            return server;
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private Relay relay() {
        try {
            return Relay.to(store.getAddress().getPort(), this::watch);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @BeforeEach
    void start() {
        store.start();
    }

    @AfterEach
    void end() throws IOException {
        relay.close();
        store.stop(0);
    }

    private Verdict watch(Moment moment, StoreCall call) {
        moments.add(moment + " " + call.kind() + " " + call.key());
        return call.key().equals(cutKey) && moment == cutAt ? Verdict.CUT : Verdict.GO_ON;
    }

    /** How many bytes it got. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            int length = exchange.getRequestBody().readAllBytes().length;
            asked.incrementAndGet();
            byte[] text = Integer.toString(length).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(
                    200,
                    exchange.getRequestURI().getPath().length() % 2 == 0
                            ? 0
                            : text.length); // 0: in chunks
            exchange.getResponseBody().write(text);
        }
    }

    @Test
    void bodiesOfAllFormsPass() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (String path : List.of("/bucket/odd", "/bucket/even")) {
                for (int length : new int[] {0, 1, 200_000}) {
                    byte[] body = new byte[length];
                    for (HttpRequest.BodyPublisher form :
                            List.of(
                                    HttpRequest.BodyPublishers.ofByteArray(body),
                                    HttpRequest.BodyPublishers.ofInputStream(
                                            () -> new ByteArrayInputStream(body)))) {
                        for (boolean expect : new boolean[] {false, true}) {
                            HttpRequest put =
                                    request(path).expectContinue(expect).PUT(form).build();
                            assertEquals(Integer.toString(length), body(client, put));
                        }
                    }
                }
            }
        }
    }

    @Test
    void aCutStopsWhatIsToBeStopped() throws Exception {
        Map<Moment, Integer> done = Map.of(Moment.ARRIVED, 0, Moment.HALF_SENT, 0, Moment.DONE, 1);
        for (Moment moment : Moment.values()) {
            try (HttpClient client = HttpClient.newHttpClient()) {
                int before = asked.get();
                cutAt = moment;
                cutKey = "cut";
                HttpRequest put =
                        request("/bucket/cut")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[100_000]))
                                .build();
                HttpRequest part =
                        request("/bucket/cut?uploadId=1")
                                .method("PUT", put.bodyPublisher().orElseThrow())
                                .build();
                assertThrows(IOException.class, () -> body(client, part));
                assertEquals(done.get(moment), asked.get() - before, moment::name);
                cutKey = "";
                assertEquals("100000", body(client, part));
            }
        }
    }

    @Test
    void requestsAreKnownByWhatTheyDo() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.BodyPublisher none = HttpRequest.BodyPublishers.noBody();
            body(client, request("/b/a%20b/c+d").PUT(none).build());
            body(client, request("/b/k?partNumber=1&uploadId=u").PUT(none).build());
            body(client, request("/b/k").header("x-amz-copy-source", "/b/j").PUT(none).build());
            body(client, request("/b/k?uploads").POST(none).build());
            body(client, request("/b/k?uploadId=u").POST(none).build());
            body(client, request("/b/k").DELETE().build());
            body(client, request("/b/k?uploadId=u").DELETE().build());
            body(client, request("/b?list-type=2").GET().build());
        }
        assertEquals(
                List.of(
                        "ARRIVED PUT a b/c+d",
                        "ARRIVED PART k",
                        "ARRIVED COPY k",
                        "ARRIVED BEGIN_UPLOAD k",
                        "ARRIVED COMPLETE k",
                        "ARRIVED DELETE k",
                        "ARRIVED ABORT k",
                        "ARRIVED OTHER "),
                moments.stream().filter(each -> each.startsWith("ARRIVED")).toList());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(relay.endpoint() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(20));
    }

    private static String body(HttpClient client, HttpRequest request) throws Exception {
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
