package io.forebay.persist.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import io.forebay.persist.ProbeReport;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a store is shown, by a server that takes a note of it and refuses. */
final class CredentialsTest extends StoreOverHttp {
    private static final String TOKEN = "x-amz-security-token";
    private static final String EXPIRED = "<Error><Code>ExpiredToken</Code></Error>";

    private final Set<String> tokens = new ConcurrentSkipListSet<>();
    private final Set<String> authorizations = new ConcurrentSkipListSet<>();

    CredentialsTest() throws IOException {}

    @Override
    void answer(HttpExchange exchange) throws IOException {
        tokens.add(header(exchange.getRequestHeaders().getFirst(TOKEN)));
        authorizations.add(header(exchange.getRequestHeaders().getFirst("authorization")));
        byte[] body = EXPIRED.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void temporaryOnesCarryTheirToken() {
        ProbeReport report = probe(Optional.of("the-token"));
        assertEquals(Set.of("the-token"), tokens);
        assertTrue(authorizations.stream().allMatch(each -> each.contains(TOKEN)), "not signed");
        assertEquals(FailureKind.FAILURE_PERMISSION, report.failure());
        assertTrue(report.message().contains("session token has expired"), report.message());
    }

    @Test
    void staticOnesCarryNone() {
        probe(Optional.empty());
        assertEquals(Set.of("none"), tokens);
    }

    private ProbeReport probe(Optional<String> token) {
        S3Settings settings =
                S3Settings.of(
                        Optional.of(URI.create("http://127.0.0.1:" + port())),
                        "us-east-1",
                        true,
                        Optional.of(new S3Settings.Keys("access", "secret", token)));
        try (S3ObjectStore store = S3ObjectStore.open(settings)) {
            return store.probe(BucketLocation.newBuilder().setBucket("b").build());
        }
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private static String header(@Nullable String value) {
        return Objects.requireNonNullElse(value, "none");
    }
}
