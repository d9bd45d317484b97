package io.forebay.persist.s3;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.ObjectStore;
import io.forebay.persist.ObjectStoreContract;
import io.forebay.persist.ProbeReport;
import io.forebay.proto.BucketLocation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
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
        assertSays("no-such-bucket", LocalS3.KEYS, "The bucket does not exist");
        assertSays(
                "contract",
                new S3Settings.Keys("local", "wrong"),
                "The secret key does not belong");
        assertSays("contract", new S3Settings.Keys("nobody", "x"), "credentials");
    }

    @Test
    void aProbeOfAnEndpointThatIsNotThereSaysSo() {
        S3Settings settings =
                S3Settings.of(
                        Optional.of(URI.create("http://127.0.0.1:1")),
                        "us-east-1",
                        true,
                        Optional.of(LocalS3.KEYS));
        try (S3ObjectStore store = S3ObjectStore.open(settings)) {
            ProbeReport report = store.probe(location("contract"));
            assertFalse(report.ok());
            assertTrue(report.message().contains("does not answer"), report.message());
        }
    }

    private static void assertSays(String bucket, S3Settings.Keys keys, String expected) {
        try (S3ObjectStore store = server.orElseThrow().open(keys)) {
            ProbeReport report = store.probe(location(bucket));
            assertFalse(report.ok());
            assertTrue(report.message().contains(expected), report.message());
        }
    }

    private static BucketLocation location(String bucket) {
        return BucketLocation.newBuilder().setBucket(bucket).setPrefix("p/").build();
    }
}
