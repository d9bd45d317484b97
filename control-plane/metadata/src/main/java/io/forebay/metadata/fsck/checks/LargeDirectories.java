package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Refusal;
import io.forebay.proto.InodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Counts the subdirectories of directories with many names, which is too much for one transaction.
 * Each change of its names changes a directory's inode: what was counted counts if that stayed as
 * it was.
 */
final class LargeDirectories {
    private static final int TRIES = 5;
    private static final int DIRECTORIES_MAX = 100_000;

    private final Database database;
    private final long ws;
    private final Report report;
    private final List<Long> all = new ArrayList<>();

    LargeDirectories(Database database, long ws, Report report) {
        this.database = database;
        this.ws = ws;
        this.report = report;
    }

    /** A transaction that runs again may tell twice. */
    void add(long ino) {
        if (all.size() >= DIRECTORIES_MAX) {
            report.unchecked("links of large directories", "there are over " + DIRECTORIES_MAX);
        } else if (all.isEmpty() || all.getLast() != ino) {
            all.add(ino);
        }
    }

    void run() {
        all.stream().distinct().forEach(this::count);
    }

    private void count(long ino) {
        for (int i = 0; i < TRIES; i++) {
            Optional<InodeRecord> before = database.find(tx -> Inode.read(tx, ws, ino));
            if (before.isEmpty()) {
                return;
            }
            long right = 2 + subdirectories(ino);
            if (before.equals(database.find(tx -> Inode.read(tx, ws, ino)))) {
                List<Problem> found = new ArrayList<>();
                InodeCheck.links(ino, before.get(), right, found);
                found.forEach(problem -> tell(problem, ino, before.get()));
                return;
            }
        }
        report.unchecked("links of the directory " + ino, "its names changed all the time");
    }

    private long subdirectories(long ino) {
        Tuple.Range range = Keys.entries(ws, ino);
        byte[] begin = range.begin();
        long count = 0;
        List<KeyValue> page;
        do {
            byte[] from = begin;
            page = database.read(tx -> tx.getRange(from, range.end(), InodeCheck.ENTRIES_MAX));
            count += InodeCheck.subdirectories(page);
            begin = page.isEmpty() ? begin : Tuple.after(page.getLast().key());
        } while (page.size() == InodeCheck.ENTRIES_MAX);
        return count;
    }

    private void tell(Problem problem, long ino, InodeRecord counted) {
        boolean repaired = report.options().repair() && repair(problem, ino, counted);
        String path = database.read(tx -> new View(tx, ws, 0).pathText(ino) + "");
        report.add(
                new Finding(problem.code(), path, problem.subject(), problem.detail(), repaired));
    }

    /** If nothing has changed since it was counted. */
    private boolean repair(Problem problem, long ino, InodeRecord counted) {
        try {
            return database.change(
                    ws,
                    space -> {
                        boolean same = counted.equals(Inode.read(space.tx(), ws, ino));
                        if (same && problem.repair() != null) {
                            problem.repair().accept(space);
                        }
                        return same;
                    });
        } catch (Refusal refused) {
            return false;
        }
    }
}
