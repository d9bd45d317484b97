package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Refusal;
import io.forebay.observability.EventName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Goes through all keys of a kind, a page in a transaction. What is found is looked at once more in
 * a transaction of its own, and repaired in one that looks as well.
 */
final class Sweep {
    private static final System.Logger LOG = System.getLogger(Sweep.class.getName());

    /** Each pair costs some ten reads: far below what a transaction may take. */
    private static final int PAGE = 100;

    /** Keys that wait for a second look. */
    private static final int SUSPECTS_MAX = 10_000;

    private final Database database;
    private final long ws;
    private final Report report;

    Sweep(Database database, long ws, Report report) {
        this.database = database;
        this.ws = ws;
        this.report = report;
    }

    void run(Check check) throws InterruptedException {
        run(check, suspects -> suspects);
    }

    /**
     * As {@link #run(Check)}.
     *
     * @param sieve keeps those of the keys that may be wrong
     */
    void run(Check check, UnaryOperator<List<byte[]>> sieve) throws InterruptedException {
        List<byte[]> all = new ArrayList<>();
        Tuple.Range range = Keys.kind(ws, check.letter());
        byte[] begin = range.begin();
        List<KeyValue> page;
        do {
            byte[] from = begin;
            List<byte[]> suspects = new ArrayList<>();
            page =
                    database.read(tx -> {
                        suspects.clear();
                        View view = new View(tx, ws, database.nowMillis());
                        List<KeyValue> pairs = tx.getRange(from, range.end(), PAGE);
                        pairs.stream()
                                .filter(pair -> !check.look(view, pair).isEmpty())
                                .forEach(pair -> suspects.add(pair.key()));
                        return pairs;
                    });
            all.addAll(suspects);
            if (all.size() >= SUSPECTS_MAX || page.size() < PAGE) {
                List<byte[]> left = all.isEmpty() ? all : sieve.apply(all);
                left.forEach(suspect -> confirm(check, suspect));
                all.clear();
            }
            if (!page.isEmpty()) {
                begin = Tuple.after(page.getLast().key());
            }
            if (!check.counts().isEmpty()) {
                report.looked(check.counts(), page.size());
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        } while (page.size() == PAGE);
    }

    private void confirm(Check check, byte[] key) {
        List<Told> all =
                database.read(tx -> {
                    View view = new View(tx, ws, database.nowMillis());
                    byte[] value = tx.get(key);
                    return value == null
                            ? List.of()
                            : check.look(view, new KeyValue(key, value)).stream()
                                    .map(each -> new Told(each, view))
                                    .toList();
                });
        for (Told told : all) {
            Problem problem = told.problem();
            boolean repaired =
                    report.options().repair()
                            && problem.repair() != null
                            && repair(check, key, problem);
            Finding finding =
                    new Finding(
                            problem.code(),
                            told.path(),
                            problem.subject(),
                            problem.detail(),
                            repaired);
            report.add(finding);
            LOG.log(
                    System.Logger.Level.WARNING,
                    EventName.FSCK_FOUND.line(
                            "workspace", ws,
                            "code", problem.code(),
                            "subject", problem.subject(),
                            "detail", problem.detail(),
                            "repaired", repaired));
        }
    }

    /** A problem and where its file is. */
    private record Told(Problem problem, @Nullable String path) {
        Told(Problem problem, View view) {
            this(problem, view.pathText(problem.ino()));
        }
    }

    /** Only what is still wrong is repaired; what went away by itself is as good. */
    private boolean repair(Check check, byte[] key, Problem before) {
        try {
            return database.change(
                    ws,
                    space -> {
                        View view = new View(space.tx(), ws, space.nowMillis());
                        byte[] value = space.tx().get(key);
                        Optional<Problem> now =
                                value == null
                                        ? Optional.empty()
                                        : check.look(view, new KeyValue(key, value)).stream()
                                                .filter(before::isLike)
                                                .findFirst();
                        now.map(Problem::repair).ifPresent(mend -> mend.accept(space));
                        return true;
                    });
        } catch (Refusal refused) {
            return false; // what the repair needs is not as it should be either
        }
    }
}
