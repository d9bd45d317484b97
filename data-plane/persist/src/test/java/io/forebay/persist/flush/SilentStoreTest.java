package io.forebay.persist.flush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.persist.FaultyObjectStore;
import io.forebay.persist.InMemoryObjectStore;
import io.forebay.persist.ObjectStore;
import io.forebay.proto.UploadTask;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stop while the store takes requests and answers none: a read of a socket ends by no signal. */
@Timeout(60)
final class SilentStoreTest {
    private static final int MIB = 1 << 20;

    @TempDir Path directory;
    private final InMemoryObjectStore bucket = new InMemoryObjectStore();
    private final FakeControl control = new FakeControl();
    private final CountDownLatch answer = new CountDownLatch(1);
    private final SentBytes sentBytes = new SentBytes();

    @AfterEach
    void endTheThreads() {
        answer.countDown();
    }

    @Test
    void aStopTellsWhichUploadTheNextStartGoesOnWith() {
        FakeStaged staged = new FakeStaged(directory);
        byte[] bytes = new byte[20 * MIB];
        new Random(7).nextBytes(bytes);
        staged.write(5, bytes);
        control.doNotRetry();
        control.enqueue(FakeControl.upload(5, 1, bytes.length));
        FaultyObjectStore silent = new FaultyObjectStore(bucket, 1);
        AtomicInteger parts = new AtomicInteger();
        silent.afterEachPart(() -> {
            if (parts.incrementAndGet() > 1) {
                awaitAnswer();
            }
        });
        try (FlushEngine engine = engine(staged, silent)) {
            engine.start();
            control.await(() -> parts.get() > 1);
        }
        UploadTask paused = control.ended.getFirst().getPausedUpload();
        assertTrue(!paused.getUploadId().isEmpty(), "" + control.ended);

        control.enqueue(paused);
        try (FlushEngine engine = engine(staged, bucket)) {
            engine.start();
            control.await(() -> control.isClean(5) && engine.inFlight() == 0);
        }
        assertTrue(sentBytes.get() < bytes.length, "sent " + sentBytes);
        assertEquals(0, bucket.openUploads());
    }

    private void awaitAnswer() {
        boolean interrupted = false;
        while (answer.getCount() > 0) {
            try {
                answer.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private FlushEngine engine(FakeStaged staged, ObjectStore store) {
        FlushSettings settings =
                new FlushSettings(
                        4,
                        1,
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(100),
                        InstantSource.system(),
                        Thread.ofPlatform().daemon().factory());
        return new FlushEngine(control, staged, store, sentBytes, settings);
    }
}
