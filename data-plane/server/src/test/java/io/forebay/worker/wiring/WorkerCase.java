package io.forebay.worker.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.s3.S3Settings;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ObjectSource;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import io.forebay.schema.ForebayException;
import io.forebay.transport.local.StagedFileClient;
import io.forebay.transport.posix.NativeFile;
import io.forebay.worker.telemetry.TaskTrace;
import io.forebay.worker.telemetry.WorkerMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A whole worker beside a control plane and a bucket that tests can steer. */
abstract class WorkerCase {
    static final BucketLocation BUCKET =
            BucketLocation.newBuilder().setBucket("bucket").setPrefix("w/").build();
    static final long WS = 5;
    static final long CAPACITY = 1 << 20;

    @TempDir Path temporary;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final InMemoryObjectStore bucket = new InMemoryObjectStore();
    final AtomicInteger away = new AtomicInteger();
    final CountDownLatch fencedWorker = new CountDownLatch(1);
    Duration fetchWait = Duration.ofMinutes(10);
    int port;
    FakeControlPlane control = new FakeControlPlane(0);

    @BeforeEach
    void startControlPlane() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = probe.getLocalPort();
        }
        control = new FakeControlPlane(port).start();
    }

    @AfterEach
    void stopControlPlane() {
        control.close();
        bucket.close();
    }

    Worker worker() {
        WorkerSettings settings =
                new WorkerSettings(
                        FakeControlPlane.WORKER,
                        "node-1",
                        temporary.resolve("staging"),
                        temporary.resolve("run/worker.sock"),
                        "127.0.0.1:1",
                        Map.of(),
                        OptionalLong.of(CAPACITY),
                        fetchWait,
                        Duration.ofHours(1),
                        new WorkerSettings.Address("127.0.0.1", port),
                        S3Settings.of(Optional.empty(), "us-east-1", true, Optional.empty()));
        WorkerParts parts =
                new WorkerParts(new WorkerMetrics(registry), new TaskTrace(OpenTelemetry.noop()));
        ObjectStore store = AwayStore.of(bucket, away);
        Worker worker = new Worker(settings, parts, store, fencedWorker::countDown);
        worker.start();
        return worker;
    }

    StagedFileClient client() {
        return StagedFileClient.connect(temporary.resolve("run/worker.sock"));
    }

    Path staged(long ino) {
        return temporary.resolve("staging/files/5/%02x/%d".formatted(ino & 0xff, ino));
    }

    void verdict(long ino, StagedVerdict.Need need) {
        control.verdicts.put(
                StagedRef.newBuilder().setWorkspaceId(WS).setIno(ino).build(),
                StagedVerdict.newBuilder().setNeed(need).setGeneration(1).build());
    }

    static Task.Builder task() {
        return Task.newBuilder().setWorkspaceId(WS).setLocation(BUCKET);
    }

    /** The etag of the object. */
    String upload(long ino, long size) throws InterruptedException {
        control.tasks.add(uploadTask(ino, size));
        PublishOutcome outcome = next(control.outcomes);
        assertTrue(outcome.hasPublished(), outcome.toString());
        assertEquals(size, bucket.head(ObjectRef.of(BUCKET, key(ino))).orElseThrow().size());
        return outcome.getPublished().getEtag();
    }

    static Task uploadTask(long ino, long size) {
        return task().setUpload(
                        UploadTask.newBuilder()
                                .setIno(ino)
                                .setGeneration(1)
                                .setKey(key(ino))
                                .setSize(size))
                .build();
    }

    static String key(long ino) {
        return "file-" + ino;
    }

    static Claims.Builder claims(long ino) {
        return Claims.newBuilder().setWorkspaceId(WS).setIno(ino).setGeneration(1);
    }

    Claims.Builder evicted() {
        return source(7, bucket.overwrite(ObjectRef.of(BUCKET, key(7)), new byte[10]), 10);
    }

    static Claims.Builder source(long ino, String etag, long size) {
        return claims(ino)
                .setSize(size)
                .setLocation(BUCKET)
                .setSource(
                        ObjectSource.newBuilder()
                                .setKey(etag.startsWith("no ") ? "absent" : "file-" + ino)
                                .setEtag(etag)
                                .setSize(size));
    }

    static void write(StagedFileClient client, long ino, String text) {
        Claims.Builder claims = claims(ino).setCreate(true).setWrite(true);
        try (NativeFile file = client.open(FakeControlPlane.token(claims));
                Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            file.pwrite(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), 0);
        }
    }

    static String read(StagedFileClient client, Claims.Builder claims) {
        try (NativeFile file = client.open(FakeControlPlane.token(claims));
                Arena arena = Arena.ofConfined()) {
            var target = arena.allocate(file.stat().size());
            file.pread(target, 0);
            return new String(target.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
        }
    }

    double count(String counter) {
        return registry.get(counter).counter().count();
    }

    static void assertFails(FailureKind kind, StagedFileClient client, byte[] token) {
        ForebayException e = assertThrows(ForebayException.class, () -> client.open(token).close());
        assertEquals(kind, e.kind(), e.getMessage());
    }

    static <T> T next(BlockingQueue<T> queue) {
        try {
            return Objects.requireNonNull(queue.poll(30, TimeUnit.SECONDS), "nothing came");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void until(BooleanSupplier condition) {
        Duration step = Duration.ofMillis(20);
        for (int i = 0; i < 1_500 && !condition.getAsBoolean(); i++) {
            try {
                Thread.sleep(step);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        assertTrue(condition.getAsBoolean(), "it did not come about in 30 s");
    }
}
