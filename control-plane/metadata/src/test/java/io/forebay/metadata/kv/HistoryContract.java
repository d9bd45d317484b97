package io.forebay.metadata.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads run random transactions; then the committed ones run again, one after the other in the
 * order of their versions, against a plain map: every read must have seen what it sees there. A
 * transaction without writes has no version: some moment of its time must explain all its reads.
 */
abstract class HistoryContract {
    private static final long SEED = 20_261_101L;
    private static final int THREADS = 6;
    private static final int TRANSACTIONS_PER_THREAD = 1_500;
    private static final int OPERATIONS_MAX = 8;

    @TempDir private Path directory;

    /** An engine for an empty store. */
    abstract Engine engine(Path where) throws Exception;

    @Test
    void everyHistoryIsSerial() throws Exception {
        String property = System.getProperty("forebay.seed", "");
        long seed = property.isEmpty() ? SEED : Long.parseLong(property);
        ConcurrentLinkedQueue<History> histories = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<KeyValue> end;
        try (TransactionalStore store =
                new TransactionalStore(engine(directory), InstantSource.system())) {
            CountDownLatch start = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed * THREADS + i);
                threads.add(
                        Thread.ofPlatform()
                                .uncaughtExceptionHandler((thread, e) -> failures.add(e))
                                .start(() -> {
                                    awaitQuietly(start);
                                    for (int n = 0; n < TRANSACTIONS_PER_THREAD; n++) {
                                        histories.add(run(store, random));
                                    }
                                }));
            }
            start.countDown();
            for (Thread thread : threads) {
                assertTrue(thread.join(Duration.ofMinutes(2)), "a thread hangs, seed=" + seed);
            }
            end = store.read(t -> t.getRange(new byte[0], new byte[] {-1}, 1_000));
        }
        assertEquals(List.of(), List.copyOf(failures), "seed=" + seed);
        assertEquals(THREADS * TRANSACTIONS_PER_THREAD, histories.size(), "seed=" + seed);
        check(List.copyOf(histories), end, seed);
    }

    private static History run(TransactionalStore store, Random random) {
        long shape = random.nextLong();
        History[] last = new History[1];
        long earliest = store.version();
        store.transact(t -> {
            last[0] = new History((BufferedTransaction) t);
            Random choices = new Random(shape);
            boolean readOnly = choices.nextInt(5) == 0;
            int operations = 1 + choices.nextInt(OPERATIONS_MAX);
            for (int i = 0; i < operations; i++) {
                last[0].add(Operation.random(choices, readOnly), t);
                if (choices.nextInt(4) == 0) {
                    LockSupport.parkNanos(1); // lets the others in
                }
            }
            last[0].latest = store.version() + 1;
            return "";
        });
        last[0].earliest = earliest;
        return last[0];
    }

    private static void check(List<History> histories, List<KeyValue> end, long seed) {
        List<History> committed =
                histories.stream()
                        .filter(h -> h.version() > 0)
                        .sorted(Comparator.comparingLong(History::version))
                        .toList();
        List<History> readers =
                new ArrayList<>(
                        histories.stream()
                                .filter(h -> h.version() == 0)
                                .sorted(Comparator.comparingLong(h -> h.earliest))
                                .toList());
        SerialModel model = new SerialModel();
        int firstReader = 0;
        List<History> open = new ArrayList<>();
        for (int i = 0; i <= committed.size(); i++) {
            long version = i == 0 ? 0 : committed.get(i - 1).version();
            assertEquals(i, version, "versions have no gaps, seed=" + seed);
            if (i > 0) {
                committed.get(i - 1).replay(model, seed);
            }
            while (firstReader < readers.size() && readers.get(firstReader).earliest <= version) {
                open.add(readers.get(firstReader++));
            }
            open.removeIf(reader -> reader.fits(model));
            for (History reader : open) {
                assertTrue(reader.latest > version, () -> "no moment fits " + reader + " " + seed);
            }
        }
        assertEquals(List.of(), open, "readers that saw no moment, seed=" + seed);
        assertEquals(model.range("", "~", 1_000, false), SerialModel.text(end), "seed=" + seed);
        // The test means something only when transactions met and ranges were read.
        assertTrue(committed.size() > THREADS * TRANSACTIONS_PER_THREAD / 2, "seed=" + seed);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What one attempt did and saw. */
    private static final class History {
        private final BufferedTransaction transaction;
        private final List<Operation> operations = new ArrayList<>();
        private final List<String> results = new ArrayList<>();
        private long earliest;
        private long latest;

        History(BufferedTransaction transaction) {
            this.transaction = transaction;
        }

        void add(Operation operation, Transaction t) {
            operations.add(operation);
            results.add(operation.run(t));
        }

        long version() {
            return transaction.commitVersion();
        }

        void replay(SerialModel model, long seed) {
            for (int i = 0; i < operations.size(); i++) {
                String expected = operations.get(i).run(model);
                if (!expected.equals(results.get(i))) {
                    throw new AssertionError(
                            "%s saw %s at operation %d, serially %s, seed=%d"
                                    .formatted(this, results.get(i), i, expected, seed));
                }
            }
        }

        boolean fits(SerialModel model) {
            for (int i = 0; i < operations.size(); i++) {
                if (!operations.get(i).run(model).equals(results.get(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return "version " + version() + " " + operations;
        }
    }
}
