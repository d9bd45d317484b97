package io.forebay.metadata.kv;

import static io.forebay.metadata.kv.KeyValueStoreContract.done;
import static io.forebay.metadata.kv.Tuple.key;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.kv.rocks.RocksStore;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues that are emptied at their front, where deleted keys pile up and scans skip them. */
class RocksQueueTest {
    private static final long SEED = 7L;
    private static final int STEPS = 12_000;
    private static final Tuple.Range ALL = Tuple.range("q");

    @TempDir private Path directory;

    @Test
    void scansFindTheFrontWhereverItMoves() {
        String property = System.getProperty("forebay.seed", "");
        long seed = property.isEmpty() ? SEED : Long.parseLong(property);
        Random random = new Random(seed);
        NavigableSet<Long> model = new TreeSet<>();
        long back = 0;
        try (KeyValueStore store = RocksStore.open(directory)) {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(40)) {
                    case 0 -> push(store, model, random.nextLong(back + 1));
                    case 1 -> clearFront(store, model, random.nextInt(300));
                    case 2 -> {
                        long number = random.nextLong(back + 1);
                        readsSeeTheirMoment(store, model, () -> push(store, model, number));
                    }
                    case 6 -> {
                        int count = random.nextInt(300);
                        readsSeeTheirMoment(store, model, () -> clearFront(store, model, count));
                    }
                    case 3, 4, 5 -> assertFront(store, model, "seed " + seed + " step " + step);
                    default -> {
                        if (step % 1_000 < 600) {
                            push(store, model, back++);
                        } else {
                            pop(store, model);
                        }
                    }
                }
            }
            assertFront(store, model, "seed " + seed);
        }
    }

    private static void push(KeyValueStore store, NavigableSet<Long> model, long number) {
        store.transact(done(t -> t.set(key("q", number), new byte[] {1})));
        model.add(number);
    }

    private static void pop(KeyValueStore store, NavigableSet<Long> model) {
        Long first = model.pollFirst();
        if (first != null) {
            store.transact(done(t -> t.clear(key("q", first))));
        }
    }

    private static void clearFront(KeyValueStore store, NavigableSet<Long> model, int count) {
        long end = model.isEmpty() ? count : model.first() + count;
        store.transact(done(t -> t.clearRange(key("q", 0), key("q", end))));
        model.headSet(end).clear();
    }

    private static void readsSeeTheirMoment(
            KeyValueStore store, NavigableSet<Long> model, Runnable change) {
        List<Long> before = front(model);
        ArrayDeque<List<Long>> seen = new ArrayDeque<>();
        store.read(t -> {
            t.get(key("q"));
            change.run();
            assertFront(store, model, "at a newer moment");
            seen.add(numbers(t.getRange(ALL.begin(), ALL.end(), 5)));
            return "";
        });
        assertEquals(before, seen.getFirst());
        assertFront(store, model, "after a change");
    }

    private static void assertFront(KeyValueStore store, NavigableSet<Long> model, String when) {
        List<Long> found = numbers(store.read(t -> t.getRange(ALL.begin(), ALL.end(), 5)));
        assertEquals(front(model), found, when);
    }

    private static List<Long> front(NavigableSet<Long> model) {
        return model.stream().limit(5).toList();
    }

    private static List<Long> numbers(List<KeyValue> pairs) {
        return pairs.stream().map(pair -> Tuple.unpack(pair.key()).number(1)).toList();
    }
}
