package io.forebay.persist.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import io.forebay.persist.ProbeReport;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** What is said of a location whose store loses answers, or knows no conditions. */
final class ProbeTest extends StoreOverHttp {
    private static final byte[] NOTHING = "<ListBucketResult/>".getBytes(StandardCharsets.UTF_8);

    private final Set<String> objects = ConcurrentHashMap.newKeySet();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();
    private volatile boolean losing;
    private volatile boolean conditional = true;

    ProbeTest() throws IOException {}

    @Override
    void answer(HttpExchange exchange) throws IOException {
        String key = exchange.getRequestURI().getPath();
        try (exchange) {
            switch (exchange.getRequestMethod()) {
                case "GET" -> {
                    exchange.sendResponseHeaders(200, NOTHING.length);
                    exchange.getResponseBody().write(NOTHING);
                }
                case "PUT" -> {
                    boolean fresh = objects.add(key);
                    if (fresh && losing) {
                        return; // it is done, and nobody hears of it
                    }
                    exchange.sendResponseHeaders(fresh || !conditional ? 200 : 412, -1);
                }
                default -> {
                    objects.remove(key);
                    deleted.add(key);
                    exchange.sendResponseHeaders(204, -1);
                }
            }
        }
    }

    @Test
    void aLocationThatTakesAllCanBeUsed() {
        assertEquals(FailureKind.FAILURE_NONE, probe().failure());
        assertEquals(1, deleted.size());
        assertEquals(Set.of(), objects);
    }

    @Test
    void anAnswerThatIsLostSaysNothingAgainstTheLocation() {
        losing = true;
        assertEquals(FailureKind.FAILURE_NONE, probe().failure());
        assertEquals(Set.of(), objects);
    }

    @Test
    void aStoreWithoutConditionsIsRefused() {
        conditional = false;
        assertEquals(FailureKind.FAILURE_UNSUPPORTED, probe().failure());
        assertEquals(Set.of(), objects);
    }

    private ProbeReport probe() {
        S3Settings settings =
                S3Settings.of(
                        Optional.of(
                                URI.create("http://127.0.0.1:" + server.getAddress().getPort())),
                        "us-east-1",
                        true,
                        Optional.of(LocalS3.KEYS));
        try (S3ObjectStore store = S3ObjectStore.open(settings)) {
            return store.probe(BucketLocation.newBuilder().setBucket("bucket").build());
        }
    }
}
