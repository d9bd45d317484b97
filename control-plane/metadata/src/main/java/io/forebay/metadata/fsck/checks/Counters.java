package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Counter;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.proto.InodeRecord;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The counters of a workspace against the sums over its inodes. A workspace that is small enough is
 * summed at one moment. A larger one is summed in many, which counts if no counter was touched
 * meanwhile: every change of what an inode adds touches one.
 */
final class Counters {
    private static final int PAGE = 1_000;
    private static final int TRIES = 5;

    /** Well below the age that a transaction may have. */
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private final Database database;
    private final long ws;
    private final Report report;

    Counters(Database database, long ws, Report report) {
        this.database = database;
        this.ws = ws;
        this.report = report;
    }

    /** What the counters lack; a repair adds it, whatever else is added meanwhile. */
    void run() {
        Map<Counter, Long> lacks = measure();
        for (Counter counter : Counter.values()) {
            long lack = lacks.getOrDefault(counter, 0L);
            if (lack != 0) {
                boolean repaired = report.options().repair() && repair(counter, lack);
                report.add(
                        new Finding(
                                FindingCode.COUNTER,
                                null,
                                "counter " + counter,
                                "it is " + Math.abs(lack) + (lack > 0 ? " too low" : " too high"),
                                repaired));
            }
        }
    }

    private boolean repair(Counter counter, long lack) {
        return database.change(
                ws,
                space -> {
                    space.tx().add(Keys.counter(ws, counter), lack);
                    return true;
                });
    }

    private Map<Counter, Long> measure() {
        Optional<Map<Counter, Long>> once = database.find(this::atOnce);
        if (once.isPresent()) {
            // Once more, so that no single reading is believed.
            Optional<Map<Counter, Long>> again = database.find(this::atOnce);
            return again.isEmpty() || again.equals(once) ? once.get() : changing();
        }
        for (int i = 0; i < TRIES; i++) {
            List<Long> before = touched();
            Map<Counter, Long> sums = new EnumMap<>(Counter.class);
            byte[] at = Keys.kind(ws, "i").begin();
            while (at.length > 0) {
                byte[] from = at;
                List<KeyValue> page =
                        database.read(tx -> tx.getRange(from, Keys.kind(ws, "i").end(), PAGE));
                page.forEach(pair -> add(sums, pair));
                at = page.size() < PAGE ? new byte[0] : Tuple.after(page.getLast().key());
            }
            Map<Counter, Long> lacks = database.read(tx -> lacks(tx, sums));
            if (before.equals(touched())) {
                return lacks;
            }
        }
        return changing();
    }

    private Map<Counter, Long> changing() {
        report.unchecked(
                "counters", "the workspace changed each time it was summed: check when it rests");
        return Map.of();
    }

    private List<Long> touched() {
        return List.of(Counter.values()).stream()
                .map(counter -> database.store().changeCount(Keys.counter(ws, counter)))
                .toList();
    }

    /** Null where it takes too long. */
    private @Nullable Map<Counter, Long> atOnce(ReadTransaction tx) {
        long end = System.nanoTime() + MOMENT_NANOS;
        Map<Counter, Long> sums = new EnumMap<>(Counter.class);
        Tuple.Range range = Keys.kind(ws, "i");
        byte[] begin = range.begin();
        List<KeyValue> page;
        do {
            page = tx.getRange(begin, range.end(), PAGE);
            page.forEach(pair -> add(sums, pair));
            begin = page.isEmpty() ? begin : Tuple.after(page.getLast().key());
            if (System.nanoTime() > end) {
                return null;
            }
        } while (page.size() == PAGE);
        return lacks(tx, sums);
    }

    private static void add(Map<Counter, Long> sums, KeyValue pair) {
        InodeRecord inode = Records.parse(pair.value(), InodeRecord.parser());
        for (Counter counter : Counter.values()) {
            sums.merge(counter, Inode.counts(counter, inode), Long::sum);
        }
    }

    private Map<Counter, Long> lacks(ReadTransaction tx, Map<Counter, Long> sums) {
        Map<Counter, Long> lacks = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            long counted = Records.number(tx, Keys.counter(ws, counter));
            lacks.put(counter, sums.getOrDefault(counter, 0L) - counted);
        }
        return lacks;
    }
}
