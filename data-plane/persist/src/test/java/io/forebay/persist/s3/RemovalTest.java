package io.forebay.persist.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.RemoveResult;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Invariants I4 and I6: a delete that comes late, or too late, must not take another object. */
final class RemovalTest extends StoreOverHttp {
    private static final ObjectRef OBJECT = new ObjectRef("bucket", "key");

    private final List<String> deletes = Collections.synchronizedList(new ArrayList<>());

    /** The object after the first look; empty: none. */
    private volatile String later = "first";

    private volatile int refusal = 412;
    private volatile String etag = "first";

    RemovalTest() throws IOException {}

    @Override
    void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().add("ETag", '"' + etag + '"');
                exchange.getResponseHeaders().add("Content-Length", "10");
                exchange.sendResponseHeaders(etag.isEmpty() ? 404 : 200, -1);
                etag = later;
                return;
            }
            String condition = exchange.getRequestHeaders().getFirst("If-Match");
            deletes.add(Objects.requireNonNullElse(condition, "none").replace("\"", ""));
            boolean holds = condition == null || condition.equals('"' + etag + '"');
            boolean known = condition == null || refusal != 501;
            exchange.sendResponseHeaders(holds && known ? 204 : refusal, -1);
        }
    }

    @Test
    void theDeleteNamesWhatItMeans() {
        assertEquals(RemoveResult.GONE, remove());
        assertEquals(List.of("first"), deletes);
    }

    @Test
    void whatIsWrittenAfterTheLookIsLeftAlone() {
        later = "second";
        assertEquals(RemoveResult.CHANGED, remove());
        assertEquals(List.of("first"), deletes);
    }

    @Test
    void whatIsGoneAfterTheLookIsGone() {
        later = "";
        assertEquals(RemoveResult.GONE, remove());
    }

    @Test
    void aStoreWithoutTheConditionIsAskedWithoutIt() {
        refusal = 501;
        assertEquals(RemoveResult.GONE, remove());
        assertEquals(List.of("first", "none"), deletes);
    }

    private RemoveResult remove() {
        S3Settings settings =
                S3Settings.of(
                        Optional.of(URI.create("http://127.0.0.1:" + port())),
                        "us-east-1",
                        true,
                        Optional.of(LocalS3.KEYS));
        try (S3ObjectStore store = S3ObjectStore.open(settings)) {
            return store.remove(OBJECT, "first");
        }
    }

    private int port() {
        return server.getAddress().getPort();
    }
}
