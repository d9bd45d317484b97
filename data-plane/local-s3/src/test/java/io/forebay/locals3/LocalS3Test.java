package io.forebay.locals3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

final class LocalS3Test {
    private static final String BUCKET = "bucket-1";
    private static final String KEY = "dir/object";
    private static final int RACERS = 100;
    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "key", "AWS_SECRET_ACCESS_KEY", "secret");

    @TempDir Path directory;
    private Optional<LocalS3> server = Optional.empty();
    private Optional<S3Client> client = Optional.empty();

    @BeforeEach
    void start() throws IOException {
        LocalS3 started = LocalS3.start(options(0));
        server = Optional.of(started);
        client =
                Optional.of(
                        S3Client.builder()
                                .endpointOverride(started.endpoint())
                                .region(Region.US_EAST_1)
                                .forcePathStyle(true)
                                .httpClientBuilder(
                                        Apache5HttpClient.builder()
                                                .maxConnections(RACERS)
                                                .expectContinueEnabled(false))
                                .credentialsProvider(
                                        StaticCredentialsProvider.create(
                                                AwsBasicCredentials.create("key", "secret")))
                                .build());
    }

    @AfterEach
    void stop() {
        client.ifPresent(S3Client::close);
        server.ifPresent(LocalS3::close);
    }

    @Test
    void ofManyThatCreateAnObjectOneSucceeds() throws Exception {
        assertEquals(1, winners(number -> () -> put(number, null)));
    }

    @Test
    void ofManyThatReplaceAnObjectOneSucceeds() throws Exception {
        String etag = put(-1, null);
        assertEquals(1, winners(number -> () -> put(number, etag)));
    }

    @Test
    void ofManyCompletionsThatReplaceAnObjectOneSucceeds() throws Exception {
        String etag = put(-1, null);
        List<String> uploads = new ArrayList<>();
        List<CompletedPart> parts = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            String upload =
                    client().createMultipartUpload(r -> r.bucket(BUCKET).key(KEY)).uploadId();
            String part =
                    client().uploadPart(
                                    r -> r.bucket(BUCKET).key(KEY).uploadId(upload).partNumber(1),
                                    RequestBody.fromString("content " + i))
                            .eTag();
            uploads.add(upload);
            parts.add(CompletedPart.builder().partNumber(1).eTag(part).build());
        }
        int winners = winners(n -> () -> complete(uploads.get(n), parts.get(n), etag));
        assertEquals(1, winners);
        assertEquals(1, client().listObjectsV2(r -> r.bucket(BUCKET)).keyCount());
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        int port = server.orElseThrow().endpoint().getPort();
        IOException refused =
                assertThrows(IOException.class, () -> LocalS3.start(options(port)).close());
        assertTrue(String.valueOf(refused.getMessage()).contains("port " + port), "" + refused);
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Options options = new Options(file, 0, "key", "secret", BUCKET);
        IOException refused = assertThrows(IOException.class, () -> LocalS3.start(options).close());
        assertTrue(String.valueOf(refused.getMessage()).contains(file.toString()), "" + refused);
    }

    @Test
    void aWrongCommandLineIsExplained() {
        refused(KEYS, "--port", "1");
        refused(KEYS, "--what", "1");
        refused(KEYS, "--port");
        String[] rest = {"--directory", "d", "--port", "1", "--bucket", BUCKET};
        refused(Map.of(), rest);
        assertEquals("secret", Options.parse(KEYS, rest).secretKey());
    }

    private static void refused(Map<String, String> environment, String... arguments) {
        assertThrows(IllegalArgumentException.class, () -> Options.parse(environment, arguments));
    }

    private interface Racer {
        Callable<String> number(int number);
    }

    /** Runs all at once; whoever loses must have been told that its condition did not hold. */
    private static int winners(Racer racer) throws Exception {
        int winners = 0;
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                results.add(racers.submit(racer.number(i)));
            }
            for (Future<String> result : results) {
                try {
                    result.get();
                    winners++;
                } catch (ExecutionException e) {
                    assertEquals(
                            412, assertInstanceOf(S3Exception.class, e.getCause()).statusCode());
                }
            }
        }
        return winners;
    }

    private String put(int number, @Nullable String replacing) {
        return client().putObject(
                        r -> {
                            r.bucket(BUCKET).key(KEY);
                            if (replacing == null) {
                                r.ifNoneMatch("*");
                            } else {
                                r.ifMatch(replacing);
                            }
                        },
                        RequestBody.fromString("content " + number))
                .eTag();
    }

    private String complete(String upload, CompletedPart part, String replacing) {
        return client().completeMultipartUpload(r ->
                        r.bucket(BUCKET)
                                .key(KEY)
                                .uploadId(upload)
                                .ifMatch(replacing)
                                .multipartUpload(whole -> whole.parts(part)))
                .eTag();
    }

    private S3Client client() {
        return client.orElseThrow();
    }

    private Options options(int port) {
        return new Options(directory.resolve("data"), port, "key", "secret", BUCKET);
    }
}
