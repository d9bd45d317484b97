package io.forebay.metadata.kv;

import static io.forebay.metadata.kv.KeyValueStoreContract.done;
import static io.forebay.metadata.kv.Tuple.key;

import io.forebay.metadata.kv.rocks.RocksStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measures by hand: {@code java -cp … io.forebay.metadata.kv.StoreTimes DIRECTORY}. */
final class StoreTimes {
    private static final int CREATES = 100_000;
    private static final int QUEUED = 200_000;
    private static final int SCAN_EACH = 100;

    private StoreTimes() {}

    public static void main(String[] arguments) {
        try (KeyValueStore store = RocksStore.open(Path.of(arguments[0]))) {
            creates(store);
            creates(store);
            for (int waiting : new int[] {200, 20_000}) {
                queue(store, waiting);
            }
        }
    }

    /** Six reads and six writes, as the creation of a file. */
    private static void creates(KeyValueStore store) {
        long start = cpuNanos();
        for (int i = 0; i < CREATES; i++) {
            long ino = i;
            store.transact(
                    done(t -> {
                        long parent = ino & 63;
                        t.get(key("ws", 1));
                        t.get(key("n", 1, parent));
                        t.get(key("d", 1, parent, "file-" + ino));
                        t.get(key("mount", 1, 7));
                        t.get(key("o", 1, ino, 7));
                        t.get(key("staged", 1, ino));
                        t.set(key("n", 1, ino + 100), new byte[120]);
                        t.set(key("d", 1, parent, "file-" + ino), new byte[20]);
                        t.set(key("o", 1, ino, 7), new byte[40]);
                        t.add(key("use", 1, "files"), 1);
                        t.set(key("q", 1, ino), new byte[30]);
                        t.set(key("r", 1, 7, ino), new byte[60]);
                    }));
        }
        report("create", cpuNanos() - start, CREATES);
    }

    /** Entries come in at the end and leave at the front. */
    private static void queue(KeyValueStore store, int waiting) {
        List<Long> scans = new ArrayList<>();
        long start = cpuNanos();
        for (int i = 0; i < QUEUED; i++) {
            long number = i;
            store.transact(
                    done(t -> {
                        t.set(key("queue", waiting, number), new byte[40]);
                        t.clear(key("queue", waiting, number - waiting));
                    }));
            if (i % SCAN_EACH == 0) {
                long before = cpuNanos();
                Tuple.Range all = Tuple.range("queue", waiting);
                List<KeyValue> first = store.read(t -> t.getRange(all.begin(), all.end(), 100));
                long took = cpuNanos() - before;
                if (first.isEmpty()) {
                    throw new IllegalStateException("the queue is empty");
                }
                scans.add(took);
            }
        }
        report("queue of " + waiting, cpuNanos() - start, QUEUED);
        Collections.sort(scans);
        for (int percent : new int[] {50, 99, 100}) {
            long nanos = scans.get(Math.min(scans.size() - 1, scans.size() * percent / 100));
            report("  scan, " + percent + " %", nanos, 1);
        }
    }

    /** The thread's own time: other processes do not count, nor does waiting for RocksDB. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void report(String what, long nanos, int times) {
        System.out.println(what + ": " + nanos / 1_000.0 / times + " us each");
    }
}
