package io.forebay.metadata.kv;

import static io.forebay.metadata.kv.KeyValueStoreContract.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.TestClock;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nothing but what a look sees, or the end of the time, ends a wait. */
class WaiterTest {
    private static final byte[] KEY = {1};
    private static final long GOALS = 50;
    private static final long COMMITS_PER_GOAL = 10;

    private final TestClock clock = new TestClock();
    private final MemoryStore store = new MemoryStore();
    private final long start = clock.millis();
    private final List<Long> looks = new ArrayList<>();

    @Test
    void aLookThatIsEnoughWaitsForNothing() throws InterruptedException {
        assertEquals("seen", stormy().await(KEY, start + 50, () -> Look.of("seen", true)));
        assertEquals(start, clock.millis());
    }

    @Test
    void theTimeEndsAWaitThatIsWokenForNothing() throws InterruptedException {
        assertEquals(0L, stormy().await(KEY, start + 50, look(1, 0)));
        assertEquals(51, looks.size()); // one each time that it was woken, and one at the end
        assertEquals(start + 50, clock.millis());
    }

    @Test
    void aPauseHoldsThroughAStorm() throws InterruptedException {
        assertEquals(0L, stormy().await(KEY, start + 50, look(1, 20)));
        assertEquals(List.of(start, start + 20, start + 40, start + 50), looks);
    }

    @Test
    void aChangeDuringALookIsSeen() throws InterruptedException {
        Supplier<Look<Long>> looking =
                () -> {
                    Look<Long> now = look(1, 0).get();
                    if (looks.size() == 1) {
                        store.transact(done(tx -> tx.add(KEY, 1))); // behind the look's back
                    }
                    return now;
                };
        assertEquals(1L, new Waiter(store, clock).await(KEY, start + 60_000, looking));
        assertEquals(2, looks.size());
        assertEquals(start, clock.millis());
    }

    @Test
    void whatALookThrowsEndsTheWait() {
        assertThrows(
                IllegalStateException.class,
                () ->
                        stormy().await(
                                        KEY,
                                        start + 50,
                                        () -> {
                                            throw new IllegalStateException();
                                        }));
    }

    /** Every commit here wakes the waiter, by its stripe or by a cleared range. */
    @Test
    void aStormOfOthersCommitsNeitherEndsNorHidesAnything() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        InstantSource real = InstantSource.system();
        Waiter waiter = new Waiter(store, real);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> storm =
                    threads.submit(() -> {
                        int commits = 0;
                        while (!over.get()) {
                            commits++;
                            storm(commits);
                        }
                        return commits;
                    });
            try {
                for (long goal = 1; goal <= GOALS; goal++) {
                    long wanted = goal;
                    long seen = waiter.await(KEY, real.millis() + 60_000, look(wanted, 0));
                    assertTrue(seen >= wanted, seen + " is less than " + wanted);
                }
                long soon = real.millis() + 50;
                assertEquals(GOALS, waiter.await(KEY, soon, look(GOALS + 1, 0)));
                assertFalse(real.millis() < soon);
            } finally {
                over.set(true);
            }
            assertTrue(storm.get(60, TimeUnit.SECONDS) > GOALS * COMMITS_PER_GOAL);
        }
    }

    private void storm(int number) {
        byte[] neighbour = ByteBuffer.allocate(5).put((byte) 2).putInt(number % 512).array();
        store.transact(
                done(tx -> {
                    if (number % COMMITS_PER_GOAL == 0 && number <= GOALS * COMMITS_PER_GOAL) {
                        tx.add(KEY, 1);
                    } else if (number % 3 == 0) {
                        tx.clearRange(new byte[] {3}, new byte[] {4});
                    } else {
                        tx.set(neighbour, KEY);
                    }
                }));
    }

    private Supplier<Look<Long>> look(long wanted, long pauseMillis) {
        return () -> {
            looks.add(clock.millis());
            long seen = store.read(WaiterTest::number);
            return new Look<>(seen, seen >= wanted, pauseMillis, Long.MAX_VALUE);
        };
    }

    private static long number(ReadTransaction tx) {
        byte @Nullable [] value = tx.get(KEY);
        return value == null ? 0 : KeyValueStoreContract.number(value);
    }

    /** A waiter whose store wakes it each millisecond, for nothing. */
    private Waiter stormy() {
        return new Waiter(new Stormy(store, clock), clock);
    }

    private record Stormy(KeyValueStore store, TestClock clock) implements KeyValueStore {
        @Override
        public <T extends @Nullable Object> T transact(
                Durability durability, Function<Transaction, T> body) {
            return store.transact(durability, body);
        }

        @Override
        public <T extends @Nullable Object> T read(Function<ReadTransaction, T> body) {
            return store.read(body);
        }

        @Override
        public void sync() {
            store.sync();
        }

        @Override
        public long changeCount(byte[] key) {
            return store.changeCount(key);
        }

        @Override
        public void awaitChange(byte[] key, long seen, long timeoutMillis) {
            clock.advance(1);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
