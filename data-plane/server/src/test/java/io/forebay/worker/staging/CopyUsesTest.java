package io.forebay.worker.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.store.StagedKey;
import io.forebay.transport.remote.serve.RemoteOpener.Keeper;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CopyUsesTest {
    private static final StagedKey KEY = new StagedKey(1, 2);

    private final CopyUses uses = new CopyUses(InstantSource.system());
    private final AtomicInteger cuts = new AtomicInteger();

    @Test
    void aCopyStaysOneUntilItIsUsedAsTheFile() {
        uses.enter(KEY, keeper(() -> {})).close();
        assertTrue(uses.isCopy(KEY), "also when nobody writes it now");
        uses.end(KEY);
        assertFalse(uses.isCopy(KEY));
        uses.found(KEY);
        assertTrue(uses.isCopy(KEY));
        assertEquals(0, cuts.get());
    }

    @Test
    void whoWritesItIsCutOffAndWaitedFor() throws InterruptedException {
        CountDownLatch cut = new CountDownLatch(1);
        CopyUses.Use use = uses.enter(KEY, keeper(cut::countDown));
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(() -> {
                    uses.end(KEY);
                    ended.countDown();
                });
        assertTrue(cut.await(10, TimeUnit.SECONDS));
        assertFalse(ended.await(50, TimeUnit.MILLISECONDS), "its last write is under way");
        use.close();
        assertTrue(ended.await(10, TimeUnit.SECONDS));
        assertEquals(1, cuts.get());
    }

    private Keeper keeper(Runnable cut) {
        return new Keeper() {
            @Override
            public CompletableFuture<Void> recall() {
                throw new AssertionError("nothing of a copy is kept");
            }

            @Override
            public void cut() {
                cuts.incrementAndGet();
                cut.run();
            }
        };
    }
}
