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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that dies while it sends a large file, seen from the object store. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class ResumeTest {
    private static final int PART = 8 << 20;
    private static final int PARTS = 12;

    /** So many are on their way at a time. */
    private static final int AT_A_TIME = 4;

    private static final int KILL_AT = 6;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir private Path directory;

    private final List<StoreCall.Kind> arrived = new CopyOnWriteArrayList<>();
    private final AtomicInteger halves = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final CountDownLatch killed = new CountDownLatch(1);
    private final CompletableFuture<Site> site = new CompletableFuture<>();

    @Test
    void theNextProcessSendsTheMissingPartsAlone() throws Exception {
        Needs.fuse();
        Needs.root();
        Path objects = directory.resolve("objects");
        try (StoreProcess store = StoreProcess.start(Deployment.home(), objects);
                Site started = Site.start(directory, store, this::at)) {
            site.complete(started);
            Content content = new Content(3, PARTS * PART);
            Files.write(started.root(DataPath.PASSTHROUGH).resolve("large"), content.bytes());
            assertTrue(killed.await(LIMIT.toSeconds(), TimeUnit.SECONDS), "nobody was killed");
            int before = done.get();
            Bucket bucket = store.bucket();
            Eventually.holds(
                    "the object is whole",
                    LIMIT,
                    () -> bucket.state("large").equals(content.digest()));
            Eventually.holds("nothing is left", LIMIT, () -> bucket.unfinishedUploads().isEmpty());
            assertEquals(1, count(StoreCall.Kind.BEGIN_UPLOAD), "uploads that were begun");
            int again = count(StoreCall.Kind.PART) - PARTS;
            assertTrue(before >= KILL_AT - AT_A_TIME, "parts before the kill: " + before);
            assertTrue(again <= AT_A_TIME, "parts that were sent again: " + again);
        }
    }

    private int count(StoreCall.Kind kind) {
        return (int) arrived.stream().filter(kind::equals).count();
    }

    private Verdict at(Moment moment, StoreCall call) {
        if (!call.key().equals("large")) {
            return Verdict.GO_ON;
        }
        if (moment == Moment.ARRIVED) {
            arrived.add(call.kind());
        }
        if (call.kind() == StoreCall.Kind.PART && killed.getCount() > 0) {
            if (moment == Moment.DONE) {
                done.incrementAndGet();
            }
            if (moment == Moment.HALF_SENT && halves.incrementAndGet() == KILL_AT) {
                site.join().kill(Victim.WORKER, DataPath.PASSTHROUGH);
                killed.countDown();
            }
        }
        return Verdict.GO_ON;
    }
}
