package io.forebay.metadata.fsck;

import io.forebay.metadata.fsck.checks.MetadataCheck;
import io.forebay.metadata.fsck.outside.Asking;
import io.forebay.metadata.fsck.outside.BucketObjects;
import io.forebay.metadata.fsck.outside.StagedLeftovers;
import io.forebay.metadata.fsck.outside.StagedNeeds;
import io.forebay.metadata.fsck.report.FsckView;
import io.forebay.metadata.fsck.report.Report;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.questions.Questions;
import io.forebay.metadata.state.Database;
import io.forebay.observability.EventName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Checks of workspaces, one at a time of each, on threads of their own. The last report of each is
 * kept as long as this process lives.
 */
public final class Fsck {
    private static final System.Logger LOG = System.getLogger(Fsck.class.getName());

    /** A worker's answer to a question waits for no upload, but for a slow disk or store. */
    public static final Asking.Pace PACE =
            new Asking.Pace(Duration.ofSeconds(30), Duration.ofSeconds(1));

    private final Database database;
    private final Questions questions;
    private final ConcurrentMap<Long, Report> reports = new ConcurrentHashMap<>();

    public Fsck(Database database, Questions questions) {
        this.database = database;
        this.questions = questions;
    }

    /** Starts a check, unless one runs; either is answered. */
    public FsckView start(long ws, Report.Options options) {
        Report fresh = new Report(options, database.now());
        Report runs =
                reports.compute(ws, (_, last) -> last != null && last.running() ? last : fresh);
        if (runs == fresh) {
            LOG.log(
                    System.Logger.Level.INFO,
                    EventName.FSCK_STARTED.line(
                            "workspace", ws, "repair", options.repair(), "deep", options.deep()));
            Thread.ofPlatform().daemon().name("fsck-" + ws).start(() -> run(ws, fresh, PACE));
        }
        return runs.view();
    }

    /** The last one that was started. */
    public Optional<FsckView> find(long ws) {
        return Optional.ofNullable(reports.get(ws)).map(Report::view);
    }

    /** The whole check, on this thread. */
    public FsckView run(long ws, Report.Options options, Asking.Pace pace) {
        Report report = new Report(options, database.now());
        run(ws, report, pace);
        return report.view();
    }

    private void run(long ws, Report report, Asking.Pace pace) {
        String why = "";
        try {
            new MetadataCheck(database).run(ws, report);
            Asking asking = new Asking(database, questions, ws, report, pace);
            new StagedNeeds(asking).run();
            new StagedLeftovers(asking).run();
            new BucketObjects(asking).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "The control plane stops: check again when it is back.";
        } catch (StoreException e) {
            why = "The metadata could not be read: " + e.getMessage();
        } catch (RuntimeException | Error e) {
            why = "The check failed by a bug: please report it with the control plane's log.";
            LOG.log(System.Logger.Level.ERROR, "a check failed by a bug workspace=" + ws, e);
        }
        report.end(why, database.now());
        FsckView view = report.view();
        LOG.log(
                System.Logger.Level.INFO,
                EventName.FSCK_ENDED.line(
                        "workspace", ws,
                        "state", view.state(),
                        "counts", view.counts(),
                        "unchecked", view.unchecked().size(),
                        "message", why));
    }
}
