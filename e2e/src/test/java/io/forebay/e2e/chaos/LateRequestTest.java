package io.forebay.e2e.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.chaos.site.Bucket;
import io.forebay.e2e.chaos.site.Site;
import io.forebay.e2e.chaos.site.StoreProcess;
import io.forebay.e2e.chaos.site.Victim;
import io.forebay.e2e.relay.Moment;
import io.forebay.e2e.relay.StoreCall;
import io.forebay.e2e.relay.Verdict;
import io.forebay.e2e.system.Deployment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Invariants I2 and I4: a request that makes an object is held back, its worker dies, the file is
 * deleted, and then the request reaches the store.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class LateRequestTest {
    private static final int SMALL = 4 << 10;
    private static final int LARGE = 20 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir private Path directory;

    private final CompletableFuture<Site> site = new CompletableFuture<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch later = new CountDownLatch(1);
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch aborted = new CountDownLatch(1);

    @Test
    void anObjectThatAPutMakesLateGoesAgain() throws Exception {
        play(
                StoreCall.Kind.PUT,
                SMALL,
                bucket -> {
                    Thread.sleep(3_000); // the removal has found nothing, and ended
                    later.countDown();
                    assertTrue(
                            arrived.await(LIMIT.toSeconds(), TimeUnit.SECONDS), "it never arrived");
                    assertTrue(
                            !bucket.state("file").equals(Bucket.ABSENT),
                            "it came too early or not");
                    Eventually.holds(
                            "the object goes",
                            LIMIT,
                            () -> bucket.state("file").equals(Bucket.ABSENT));
                });
    }

    @Test
    void aCompletionThatComesLateFindsItsUploadAborted() throws Exception {
        play(
                StoreCall.Kind.COMPLETE,
                LARGE,
                bucket -> {
                    assertTrue(
                            aborted.await(LIMIT.toSeconds(), TimeUnit.SECONDS),
                            "it was not aborted");
                    later.countDown();
                    assertTrue(
                            arrived.await(LIMIT.toSeconds(), TimeUnit.SECONDS), "it never arrived");
                    Thread.sleep(3_000); // for the other half, and the answer
                    assertEquals(Bucket.ABSENT, bucket.state("file"));
                    assertTrue(bucket.unfinishedUploads().isEmpty());
                });
    }

    private interface Then {
        void check(Bucket bucket) throws Exception;
    }

    private void play(StoreCall.Kind kind, int size, Then then) throws Exception {
        Needs.fuse();
        Needs.root();
        Path objects = directory.resolve("objects");
        try (StoreProcess store = StoreProcess.start(Deployment.home(), objects);
                Site started =
                        Site.start(directory, store, (moment, call) -> at(kind, moment, call))) {
            site.complete(started);
            Path file = started.root(DataPath.PASSTHROUGH).resolve("file");
            Files.write(file, new Content(3, size).bytes());
            assertTrue(held.await(LIMIT.toSeconds(), TimeUnit.SECONDS), "nothing was sent");
            Files.delete(file);
            started.awaitProcesses();
            then.check(store.bucket());
        } finally {
            later.countDown();
        }
    }

    /** The first of its kind is held until it may go on; the worker dies meanwhile. */
    private Verdict at(StoreCall.Kind kind, Moment moment, StoreCall call) {
        if (!call.key().equals("file")) {
            return Verdict.GO_ON;
        }
        if (moment == Moment.DONE && call.kind() == StoreCall.Kind.ABORT) {
            aborted.countDown();
        }
        if (call.kind() == kind && moment == Moment.ARRIVED && held.getCount() > 0) {
            held.countDown();
            site.join().kill(Victim.WORKER, DataPath.PASSTHROUGH);
            boolean _ = await();
        } else if (call.kind() == kind && moment == reached(kind)) {
            arrived.countDown();
        }
        return Verdict.GO_ON;
    }

    /** What the store refuses it has not done: then the store has half of it. */
    private static Moment reached(StoreCall.Kind kind) {
        return kind == StoreCall.Kind.PUT ? Moment.DONE : Moment.HALF_SENT;
    }

    private boolean await() {
        try {
            return later.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
