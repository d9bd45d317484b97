package io.forebay.persist.flush;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.Filler;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.s3.LocalS3;
import io.forebay.persist.s3.S3ObjectStore;
import io.forebay.proto.ObjectSource;
import io.forebay.proto.UploadTask;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine and a real server: an upload that a stop interrupts is resumed, copied and filled. */
final class LocalS3FlushTest {
    private static final int MIB = 1 << 20;

    /** So slow are the parts of the first try that its end is not reached before the stop. */
    private static final long PART_NANOS = 300_000_000;

    @TempDir Path directory;
    private final SentBytes sentBytes = new SentBytes();

    @Test
    void anUploadThatAStopInterruptsIsResumedAfterTheStart() throws IOException {
        Optional<String> classPath = LocalS3.classPath();
        if (classPath.isEmpty()) {
            System.err.println("SKIPPED: LocalS3FlushTest needs data-plane/local-s3 packaged");
        }
        Assumptions.assumeTrue(classPath.isPresent(), "data-plane/local-s3 is not packaged");
        Path data = directory.resolve("data");
        FakeStaged staged = new FakeStaged(Files.createDirectory(directory.resolve("staged")));
        byte[] bytes = new byte[40 * MIB + 7];
        new Random(99).nextBytes(bytes);
        staged.write(1, bytes);
        FakeControl control = new FakeControl();
        try (LocalS3 server =
                        LocalS3.start(classPath.get(), data, FakeControl.LOCATION.getBucket());
                S3ObjectStore store = server.open()) {
            UploadTask resumed = interrupted(control, staged, store, bytes.length);
            control.enqueue(resumed);
            try (FlushEngine engine = engine(control, staged, store)) {
                engine.start();
                control.await(() -> control.isClean(1) && engine.inFlight() == 0);
                assertTrue(sentBytes.get() < bytes.length, "sent " + sentBytes);
                UploadTask copy = FakeControl.upload(2, 1, bytes.length);
                control.enqueue(FakeControl.copy(copy, "file-1", control.etag("file-1")));
                control.await(() -> control.isClean(2));
            }
            for (int ino = 1; ino <= 2; ino++) {
                assertArrayEquals(bytes, fill(store, control, ino, bytes.length));
                ObjectRef object = ObjectRef.of(FakeControl.LOCATION, "file-" + ino);
                assertEquals(
                        Integer.toString(ino),
                        store.head(object).orElseThrow().metadata().get("forebay-inode"));
            }
        }
    }

    /** Closes the engine after the first part, and returns the task that remembers the upload. */
    private UploadTask interrupted(
            FakeControl control, FakeStaged staged, S3ObjectStore store, long size) {
        control.doNotRetry();
        control.enqueue(FakeControl.upload(1, 1, size));
        CountDownLatch sent = new CountDownLatch(1);
        FaultyObjectStore watched = new FaultyObjectStore(store, 0);
        watched.afterEachPart(() -> {
            sent.countDown();
            LockSupport.parkNanos(PART_NANOS);
        });
        try (FlushEngine engine = engine(control, staged, watched)) {
            engine.start();
            control.await(() -> sent.getCount() == 0);
        }
        UploadTask paused = control.ended.getFirst().getPausedUpload();
        assertTrue(!paused.getUploadId().isEmpty(), "" + control.ended);
        return paused;
    }

    private FlushEngine engine(FakeControl control, FakeStaged staged, ObjectStore store) {
        FlushSettings settings =
                new FlushSettings(
                        4,
                        2,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(20),
                        InstantSource.system(),
                        Thread.ofPlatform().daemon().factory());
        return new FlushEngine(control, staged, store, sentBytes, settings);
    }

    private byte[] fill(S3ObjectStore store, FakeControl control, int ino, long size)
            throws IOException {
        Path path = directory.resolve("filled-" + ino);
        ObjectSource source =
                ObjectSource.newBuilder()
                        .setKey("file-" + ino)
                        .setEtag(control.etag("file-" + ino))
                        .setSize(size)
                        .build();
        try (FileChannel target =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            new Filler(store).download(FakeControl.LOCATION, source, target);
        }
        return Files.readAllBytes(path);
    }
}
