package io.forebay.server.wiring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.kv.MemoryStore;
import io.forebay.metadata.kv.StoreException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class GuardedStoreTest {
    private static final byte[] KEY = "k".getBytes(UTF_8);
    private static final byte[] VALUE = "v".getBytes(UTF_8);

    @Test
    void onlyChangesAreCounted() {
        try (GuardedStore store = new GuardedStore(new MemoryStore())) {
            assertEquals(0, store.commits());
            store.read(transaction -> 0);
            assertEquals(0, store.commits());
            put(store);
            assertEquals(1, store.commits());
        }
    }

    @Test
    void aClosingStoreWaitsForWhatRunsAndRefusesTheRest() throws Exception {
        GuardedStore store = new GuardedStore(new MemoryStore());
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> running =
                    threads.submit(() ->
                            store.read(transaction -> {
                                inside.countDown();
                                await(goOn);
                                return 7;
                            }));
            assertTrue(inside.await(10, TimeUnit.SECONDS));
            Future<?> closing = threads.submit(store::close);
            StoreException refusal = refusedBefore(store, closing);
            assertEquals(StoreException.Kind.UNAVAILABLE, refusal.kind());
            assertFalse(closing.isDone());
            goOn.countDown();
            assertEquals(7, running.get(10, TimeUnit.SECONDS));
            closing.get(10, TimeUnit.SECONDS);
        }
        store.close();
        assertThrows(StoreException.class, store::sync);
    }

    @Test
    void waitersGoHomeWhenTheStoreIsClosed() throws Exception {
        GuardedStore store = new GuardedStore(new MemoryStore());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long seen = store.changeCount(KEY);
            Future<?> waiter =
                    threads.submit(() -> {
                        while (true) { // a wait may end early; after the close it fails
                            store.awaitChange(KEY, seen, 60_000);
                        }
                    });
            store.close();
            ExecutionException end =
                    assertThrows(ExecutionException.class, () -> waiter.get(10, TimeUnit.SECONDS));
            assertInstanceOf(StoreException.class, end.getCause());
        }
    }

    /** The closing thread may not have begun yet: ask until it has, which is soon. */
    private static StoreException refusedBefore(GuardedStore store, Future<?> closing) {
        for (int i = 0; i < 1_000_000 && !closing.isDone(); i++) {
            try {
                store.read(transaction -> 0);
                Thread.onSpinWait();
            } catch (StoreException refusal) {
                return refusal;
            }
        }
        throw new AssertionError("A closing store took another call.");
    }

    private static void put(GuardedStore store) {
        store.transact(transaction -> {
            transaction.set(KEY, VALUE);
            return 0;
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
