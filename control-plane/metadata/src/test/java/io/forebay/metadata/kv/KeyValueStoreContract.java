package io.forebay.metadata.kv;

import static io.forebay.metadata.kv.Tuple.key;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store promises. */
abstract class KeyValueStoreContract {
    private static final byte[] BEGIN = {};
    private static final byte[] END = {(byte) 0xFF};

    private final AtomicLong nowMillis = new AtomicLong(1_000_000);
    private KeyValueStore store;

    /** An empty store with this clock. */
    abstract KeyValueStore create(InstantSource clock) throws Exception;

    KeyValueStoreContract() {
        store = new MemoryStore();
    }

    @BeforeEach
    void open() throws Exception {
        store = create(() -> Instant.ofEpochMilli(nowMillis.get()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsCommittedIsRead() {
        set("a", 1);
        assertEquals(1L, number("a"));
        assertNull(store.read(t -> t.get(key("b"))));
        store.transact(done(t -> t.clear(key("a"))));
        assertNull(store.read(t -> t.get(key("a"))));
        assertEquals("7", store.transact(t -> "7"));
    }

    @Test
    void aTransactionReadsItsWrites() {
        set("a", 1);
        store.transact(
                done(t -> {
                    t.set(key("b"), value(2));
                    t.add(key("a"), 10);
                    assertEquals("a=11 b=2", text(t.getRange(BEGIN, END, 9)));
                    assertEquals(11, number(t.get(key("a"))));
                    t.clearRange(key("a"), key("b"));
                    assertNull(t.get(key("a")));
                    t.add(key("a"), 3);
                    assertEquals(3, number(t.get(key("a"))));
                    t.clear(key("b"));
                    t.add(key("b"), -1);
                    t.add(key("b"), -1);
                    t.set(key("c"), value(5));
                    t.add(key("c"), 1);
                    assertEquals("a=3 b=-2 c=6", text(t.getRange(BEGIN, END, 9)));
                    t.clear(key("c"));
                    assertNull(t.snapshot().get(key("c")));
                }));
        assertEquals("a=3 b=-2", text(store.read(t -> t.getRange(BEGIN, END, 9))));
    }

    @Test
    void manyAreReadAsOneByOne() {
        set("a", 1);
        set("c", 3);
        List<byte[]> keys = List.of(key("c"), key("b"), key("a"), key("c"));
        assertEquals("3 - 1 3", numbers(store.read(t -> t.getAll(keys))));
        assertEquals("", numbers(store.read(t -> t.getAll(List.of()))));
        store.transact(
                done(t -> {
                    t.set(key("b"), value(2));
                    t.clear(key("a"));
                    assertEquals("3 2 - 3", numbers(t.getAll(keys)));
                }));
        assertEquals("3 2 - 3", numbers(store.read(t -> t.getAll(keys))));
    }

    private static String numbers(List<byte @Nullable []> values) {
        return values.stream()
                .map(value -> value == null ? "-" : String.valueOf(number(value)))
                .collect(Collectors.joining(" "));
    }

    @Test
    void rangesMergeStoredAndBufferedPairs() {
        for (String name : List.of("b", "d", "f", "h")) {
            set(name, 1);
        }
        store.transact(
                done(t -> {
                    t.set(key("a"), value(2));
                    t.set(key("d"), value(2));
                    t.set(key("e"), value(2));
                    t.clear(key("f"));
                    t.set(key("i"), value(2));
                    String all = "a=2 b=1 d=2 e=2 h=1 i=2";
                    assertEquals(all, text(t.getRange(BEGIN, END, 100)));
                    assertEquals("a=2 b=1 d=2", text(t.getRange(BEGIN, END, 3)));
                    assertEquals("a=2", text(t.getRange(BEGIN, END, 1)));
                    assertEquals(
                            "i=2 h=1 e=2 d=2 b=1 a=2", text(t.getRange(BEGIN, END, 100, true)));
                    assertEquals("i=2 h=1 e=2", text(t.getRange(BEGIN, END, 3, true)));
                    assertEquals("b=1 d=2", text(t.getRange(key("b"), key("e"), 100)));
                    assertEquals("d=2 b=1", text(t.getRange(key("b"), key("e"), 100, true)));
                    assertEquals("", text(t.getRange(key("b"), key("b"), 100)));
                    assertEquals("", text(t.getRange(key("e"), key("b"), 100)));
                    assertEquals("", text(t.getRange(BEGIN, END, 0)));
                    t.clearRange(key("b"), key("h"));
                    assertEquals("a=2 h=1 i=2", text(t.getRange(BEGIN, END, 100)));
                    assertEquals("i=2 h=1 a=2", text(t.getRange(BEGIN, END, 3, true)));
                }));
        assertEquals("a=2 h=1 i=2", text(store.read(t -> t.getRange(BEGIN, END, 100))));
    }

    @Test
    void aReadSeesOneMoment() {
        set("a", 1);
        store.read(t -> {
            assertEquals(1, number(t.get(key("a"))));
            set("a", 2);
            set("b", 2);
            assertEquals(1, number(t.get(key("a"))));
            assertEquals("a=1", text(t.getRange(BEGIN, END, 9)));
            return "";
        });
        assertEquals(2L, number("a"));
    }

    @Test
    void aChangedReadIsTriedAgain() {
        set("a", 1);
        assertEquals(2, attempts(t -> t.get(key("a")), t -> t.set(key("a"), value(2))));
        assertEquals(2, attempts(t -> t.get(key("n")), t -> t.set(key("n"), value(2))));
        assertEquals(2, attempts(t -> t.get(key("a")), t -> t.clear(key("a"))));
        assertEquals(2, attempts(t -> t.get(key("a")), t -> t.add(key("a"), 1)));
        assertEquals(2, attempts(t -> t.get(key("a")), t -> t.clearRange(key("Z"), key("b"))));
        assertEquals(1, attempts(t -> t.get(key("a")), t -> t.clearRange(key("b"), END)));
        assertEquals(1, attempts(t -> t.get(key("a")), t -> t.set(key("b"), value(2))));
        assertEquals(1, attempts(t -> t.snapshot().get(key("a")), t -> t.set(key("a"), value(3))));
    }

    @Test
    void aPhantomInAReadRangeIsTriedAgain() {
        set("d", 1);
        Consumer<Transaction> all = t -> t.getRange(key("b"), key("f"), 9);
        assertEquals(2, attempts(all, t -> t.set(key("c"), value(1))));
        assertEquals(2, attempts(all, t -> t.clear(key("d"))));
        assertEquals(2, attempts(all, t -> t.clearRange(key("a"), key("c"))));
        assertEquals(1, attempts(all, t -> t.set(key("a"), value(1))));
        assertEquals(1, attempts(all, t -> t.set(key("f"), value(1))));
        assertEquals(
                1,
                attempts(
                        t -> t.snapshot().getRange(BEGIN, END, 9), t -> t.set(key("c"), value(2))));
    }

    @Test
    void aLimitedRangeConflictsUpToItsLastPairOnly() {
        for (String name : List.of("a", "b", "c", "d")) {
            set(name, 1);
        }
        Consumer<Transaction> first = t -> t.getRange(BEGIN, END, 2);
        assertEquals(2, attempts(first, t -> t.set(key("b"), value(2))));
        assertEquals(1, attempts(first, t -> t.set(key("c"), value(2))));
        Consumer<Transaction> last = t -> t.getRange(BEGIN, key("e"), 2, true);
        assertEquals(2, attempts(last, t -> t.set(key("c"), value(2))));
        assertEquals(1, attempts(last, t -> t.set(key("b"), value(2))));
    }

    @Test
    void ownWritesAreReadWithoutConflict() {
        assertEquals(
                1,
                attempts(
                        t -> {
                            t.set(key("a"), value(1));
                            t.get(key("a"));
                        },
                        t -> t.set(key("a"), value(2))));
    }

    @Test
    void writeSkewIsPrevented() {
        set("a", 1);
        set("b", 1);
        AtomicInteger attempts = new AtomicInteger();
        store.transact(
                done(t -> {
                    long sum = number(t.get(key("a"))) + number(t.get(key("b")));
                    if (attempts.incrementAndGet() == 1) {
                        store.transact(
                                done(u -> {
                                    u.get(key("a"));
                                    u.get(key("b"));
                                    u.set(key("b"), value(0));
                                }));
                    }
                    if (sum > 1) {
                        t.set(key("a"), value(0));
                    } else {
                        t.set(key("seen"), value(sum));
                    }
                }));
        assertEquals("a=1 b=0 seen=1", text(store.read(t -> t.getRange(BEGIN, END, 9))));
    }

    @Test
    void addsCommuteWithoutConflict() {
        set("a", 5);
        assertEquals(1, attempts(t -> t.add(key("a"), 1), t -> t.add(key("a"), 10)));
        assertEquals(16L, number("a"));
        store.transact(done(t -> t.set(key("short"), new byte[] {1, 1})));
        store.transact(done(t -> t.add(key("short"), 1)));
        assertEquals(258L, number("short"));
    }

    @Test
    void updatesFromManyThreadsAreNotLost() throws Exception {
        long threads = 4;
        long rounds = 250;
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int n = 0; n < rounds; n++) {
                                    increment();
                                }
                            }));
        }
        for (Thread thread : running) {
            assertTrue(thread.join(Duration.ofMinutes(1)));
        }
        assertEquals(threads * rounds, number("read"));
        assertEquals(threads * rounds, number("added"));
    }

    @Test
    void endlessContentionEnds() {
        set("a", 1);
        assertKind(
                StoreException.Kind.CONTENDED,
                () ->
                        store.transact(
                                done(t -> {
                                    t.get(key("a"));
                                    store.transact(done(u -> u.add(key("a"), 1)));
                                    t.set(key("b"), value(1));
                                })));
        assertNull(store.read(t -> t.get(key("b"))));
    }

    @Test
    void aFailedBodyChangesNothing() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        store.transact(t -> {
                            t.set(key("a"), value(1));
                            throw new IllegalArgumentException("the body's own");
                        }));
        assertNull(store.read(t -> t.get(key("a"))));
    }

    @Test
    void limitsAreKept() {
        byte[] longKey = new byte[TransactionLimits.KEY_BYTES_MAX + 1];
        byte[] longValue = new byte[TransactionLimits.VALUE_BYTES_MAX + 1];
        byte[] full = new byte[TransactionLimits.VALUE_BYTES_MAX];
        StoreException.Kind tooLarge = StoreException.Kind.TOO_LARGE;
        assertKind(tooLarge, () -> store.read(t -> t.get(longKey)));
        assertKind(tooLarge, () -> store.transact(done(t -> t.set(longKey, value(1)))));
        assertKind(tooLarge, () -> store.transact(done(t -> t.set(key("a"), longValue))));
        assertKind(
                tooLarge,
                () ->
                        store.transact(
                                done(t -> {
                                    for (int i = 0; i < 100; i++) {
                                        t.set(key(i), full);
                                    }
                                })));
        store.transact(done(t -> t.set(key("a"), full)));
        assertArrayEquals(full, store.read(t -> t.get(key("a"))));
    }

    @Test
    void anOldTransactionIsTriedOnceMore() {
        AtomicInteger attempts = new AtomicInteger();
        Runnable slow =
                () ->
                        store.transact(
                                done(t -> {
                                    t.set(key("a"), value(1));
                                    attempts.incrementAndGet();
                                    nowMillis.addAndGet(5_001);
                                }));
        assertKind(StoreException.Kind.TOO_OLD, slow);
        assertEquals(TransactionalStore.OLD_ATTEMPTS_MAX, attempts.get());
        assertKind(
                StoreException.Kind.TOO_OLD,
                () ->
                        store.read(t -> {
                            nowMillis.addAndGet(5_001);
                            return t.get(key("a"));
                        }));
        assertNull(store.read(t -> t.get(key("a"))));
    }

    @Test
    void arraysAreTheCallersOwn() {
        byte[] key = key("a");
        byte[] value = value(1);
        store.transact(
                done(t -> {
                    t.set(key, value);
                    value[0] = 9;
                    key[0] = 9;
                }));
        assertEquals(1L, number("a"));
        byte @Nullable [] read = store.read(t -> t.get(key("a")));
        if (read == null) {
            throw new AssertionError("the value is gone");
        }
        read[0] = 9;
        assertEquals(1L, number("a"));
    }

    @Test
    void aChangeWakesWhoWaits() throws Exception {
        byte[] watched = key("watched");
        long seen = store.changeCount(watched);
        store.awaitChange(watched, seen + 1, 60_000); // another number than the count: at once
        store.awaitChange(watched, seen, 1);
        CountDownLatch woken = new CountDownLatch(1);
        Thread waiter =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                store.awaitChange(watched, seen, 60_000);
                                woken.countDown();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        store.transact(done(t -> t.add(watched, 1)));
        assertTrue(woken.await(30, TimeUnit.SECONDS));
        assertTrue(waiter.join(Duration.ofSeconds(30)));
        long afterAdd = store.changeCount(watched);
        assertTrue(afterAdd > seen);
        store.transact(done(t -> t.clearRange(BEGIN, END)));
        assertNotEquals(afterAdd, store.changeCount(watched));
    }

    @Test
    void syncedCommitsAreRead() {
        store.transact(KeyValueStore.Durability.POWER_LOSS, done(t -> t.set(key("a"), value(1))));
        store.sync();
        assertEquals(1L, number("a"));
    }

    @Test
    void whatIsUsedAfterItsEndFails() {
        List<Transaction> kept = new ArrayList<>();
        store.transact(
                done(t -> {
                    t.get(key("a"));
                    kept.add(t);
                }));
        assertThrows(IllegalStateException.class, () -> kept.getFirst().get(key("a")));
        StoreException.Kind unavailable = StoreException.Kind.UNAVAILABLE;
        assertKind(
                unavailable,
                () ->
                        store.read(t -> {
                            t.getRange(BEGIN, END, 1);
                            store.close();
                            return t.get(key("a"));
                        }));
        assertKind(unavailable, () -> store.transact(done(t -> t.set(key("a"), value(1)))));
        assertKind(unavailable, store::sync);
        store.close();
    }

    /** The attempts of a transaction with these reads, while another one commits at its first. */
    private int attempts(Consumer<Transaction> reads, Consumer<Transaction> other) {
        AtomicInteger attempts = new AtomicInteger();
        store.transact(
                done(t -> {
                    reads.accept(t);
                    if (attempts.incrementAndGet() == 1) {
                        store.transact(done(other));
                    }
                    t.set(key("~"), value(1));
                }));
        return attempts.get();
    }

    private void increment() {
        store.transact(
                done(t -> {
                    byte @Nullable [] before = t.get(key("read"));
                    t.set(key("read"), value(before == null ? 1 : number(before) + 1));
                    t.add(key("added"), 1);
                }));
    }

    private void set(String name, long value) {
        store.transact(done(t -> t.set(key(name), value(value))));
    }

    private long number(String name) {
        byte @Nullable [] value = store.read(t -> t.get(key(name)));
        return number(value);
    }

    private static void assertKind(StoreException.Kind kind, Runnable action) {
        assertEquals(kind, assertThrows(StoreException.class, action::run).kind());
    }

    static Function<Transaction, String> done(Consumer<Transaction> body) {
        return t -> {
            body.accept(t);
            return "";
        };
    }

    static byte[] value(long number) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    }

    static long number(byte @Nullable [] value) {
        if (value == null) {
            throw new AssertionError("no value");
        }
        return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static String text(List<KeyValue> pairs) {
        return String.join(
                " ",
                pairs.stream()
                        .map(p -> Tuple.unpack(p.key()).text(0) + "=" + number(p.value()))
                        .toList());
    }
}
