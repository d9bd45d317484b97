package io.forebay.persist.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.ObjectStoreContract;
import io.forebay.persist.ProbeReport;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real server, and what only a real server can refuse. */
final class S3ObjectStoreTest extends ObjectStoreContract {
    @TempDir static Path data;
    private static Optional<LocalS3> server = Optional.empty();

    @BeforeAll
    static void startServer() throws IOException {
        Optional<String> classPath = LocalS3.classPath();
        if (classPath.isEmpty()) {
            System.err.println("SKIPPED: S3ObjectStoreTest needs data-plane/local-s3 packaged");
        }
        Assumptions.assumeTrue(classPath.isPresent(), "data-plane/local-s3 is not packaged");
        server = Optional.of(LocalS3.start(classPath.get(), data, "contract"));
    }

    @AfterAll
    static void stopServer() {
        server.ifPresent(LocalS3::close);
    }

    @Override
    protected ObjectStore open() {
        return server.orElseThrow().open();
    }

    @Test
    void aProbeSaysWhatIsWrong() {
        assertSays(
                "no-such-bucket",
                LocalS3.KEYS,
                FailureKind.FAILURE_NOT_FOUND,
                "The bucket does not exist");
        assertSays(
                "contract",
                new S3Settings.Keys("local", "wrong", Optional.empty()),
                FailureKind.FAILURE_PERMISSION,
                "The secret key does not belong");
        assertSays(
                "contract",
                new S3Settings.Keys("nobody", "x", Optional.empty()),
                FailureKind.FAILURE_PERMISSION,
                "credentials");
    }

    /** Only what passes by itself may be told from what a person must correct. */
    @Test
    void aProbeTellsWhatPassesFromWhatDoesNot() throws IOException {
        Map<Integer, FailureKind> kinds =
                Map.of(
                        301, FailureKind.FAILURE_INVALID,
                        400, FailureKind.FAILURE_INVALID,
                        401, FailureKind.FAILURE_PERMISSION,
                        403, FailureKind.FAILURE_PERMISSION,
                        404, FailureKind.FAILURE_UNAVAILABLE,
                        429, FailureKind.FAILURE_UNAVAILABLE,
                        500, FailureKind.FAILURE_UNAVAILABLE,
                        503, FailureKind.FAILURE_UNAVAILABLE);
        AtomicInteger status = new AtomicInteger();
        HttpServer answering =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answering.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(status.get(), -1);
                    exchange.close();
                });
        answering.start();
        try (S3ObjectStore store = at(answering.getAddress().getPort())) {
            for (Map.Entry<Integer, FailureKind> each : kinds.entrySet()) {
                status.set(each.getKey());
                ProbeReport report = store.probe(location("contract"));
                assertEquals(each.getValue(), report.failure(), each.getKey() + ": " + report);
            }
        } finally {
            answering.stop(0);
        }
    }

    @Test
    void aProbeOfAnEndpointThatIsNotThereSaysSo() {
        try (S3ObjectStore store = at(1)) {
            ProbeReport report = store.probe(location("contract"));
            assertEquals(FailureKind.FAILURE_UNAVAILABLE, report.failure());
            assertTrue(report.message().contains("does not answer"), report.message());
        }
    }

    private static S3ObjectStore at(int port) {
        return S3ObjectStore.open(
                S3Settings.of(
                        Optional.of(URI.create("http://127.0.0.1:" + port)),
                        "us-east-1",
                        true,
                        Optional.of(LocalS3.KEYS)));
    }

    private static void assertSays(
            String bucket, S3Settings.Keys keys, FailureKind failure, String expected) {
        try (S3ObjectStore store = server.orElseThrow().open(keys)) {
            ProbeReport report = store.probe(location(bucket));
            assertEquals(failure, report.failure(), report.message());
            assertTrue(report.message().contains(expected), report.message());
        }
    }

    private static BucketLocation location(String bucket) {
        return BucketLocation.newBuilder().setBucket(bucket).setPrefix("p/").build();
    }
}
