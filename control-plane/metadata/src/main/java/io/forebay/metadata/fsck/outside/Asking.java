package io.forebay.metadata.fsck.outside;

import io.forebay.metadata.fsck.report.Finding;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.questions.Questions;
import io.forebay.metadata.questions.UnansweredException;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.observability.EventName;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.LookStaged;
import io.forebay.proto.StagedState;
import io.forebay.proto.WorkerRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One check's way to the workers, and what it tells of them. */
public final class Asking {
    private static final System.Logger LOG = System.getLogger(Asking.class.getName());

    final Database database;
    final long ws;
    final Report report;
    final Pace pace;
    private final Questions questions;

    /**
     * How long things take.
     *
     * @param answer a worker that says nothing for longer is not waited for
     * @param again between two looks at what may just be going away
     */
    public record Pace(Duration answer, Duration again) {}

    public Asking(Database database, Questions questions, long ws, Report report, Pace pace) {
        this.database = database;
        this.questions = questions;
        this.ws = ws;
        this.report = report;
        this.pace = pace;
    }

    CheckedPage ask(String worker, CheckTask.Builder question)
            throws UnansweredException, InterruptedException {
        return questions.ask(ws, worker, question, pace.answer());
    }

    /** What the worker has of these, by inode. */
    Map<Long, StagedState> staged(String worker, List<Long> inos)
            throws UnansweredException, InterruptedException {
        LookStaged look = LookStaged.newBuilder().addAllInos(inos).build();
        Map<Long, StagedState> found = new HashMap<>();
        ask(worker, CheckTask.newBuilder().setLookStaged(look))
                .getStagedList()
                .forEach(each -> found.put(each.getIno(), each));
        return found;
    }

    List<WorkerRecord> workers() {
        return database.read(Registry::workers);
    }

    /** Now, whatever was read of it before. */
    boolean isHealthy(WorkerRecord worker) {
        return find(tx -> Registry.worker(tx, worker.getId()))
                .filter(now -> Registry.healthy(now, database.nowMillis()))
                .isPresent();
    }

    /** Between two looks. */
    void rest() throws InterruptedException {
        Thread.sleep(pace.again());
    }

    <T> Optional<T> find(java.util.function.Function<ReadTransaction, @Nullable T> body) {
        return database.find(body);
    }

    /**
     * Tells of a finding, and repairs it before if that is asked for.
     *
     * @param repair null: there is none that is safe
     */
    void found(FindingCode code, Subject subject, String detail, @Nullable Consumer<Space> repair) {
        boolean repaired = report.options().repair() && repair != null && done(repair);
        report.add(new Finding(code, path(subject.ino()), subject.text(), detail, repaired));
        LOG.log(
                System.Logger.Level.WARNING,
                EventName.FSCK_FOUND.line(
                        "workspace", ws,
                        "code", code,
                        "subject", subject.text(),
                        "detail", detail,
                        "repaired", repaired));
    }

    /**
     * What a finding is about.
     *
     * @param ino of its file; 0: none
     */
    record Subject(long ino, String text) {
        static Subject of(long ino) {
            return new Subject(ino, "inode " + ino);
        }
    }

    private boolean done(Consumer<Space> repair) {
        try {
            return database.change(
                    ws,
                    space -> {
                        repair.accept(space);
                        return true;
                    });
        } catch (Refusal refused) {
            return false; // it is not as it was any more
        }
    }

    private @Nullable String path(long ino) {
        return ino == 0
                ? null
                : find(tx -> Names.path(tx, ws, ino))
                        .map(names ->
                                names.stream()
                                        .map(name -> new String(name, StandardCharsets.UTF_8))
                                        .collect(Collectors.joining("/", "/", "")))
                        .orElse(null);
    }
}
