package io.forebay.metadata.imports;

import io.forebay.metadata.flush.BucketListener;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ImportRecord;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import io.forebay.proto.WorkerRecord;
import io.forebay.schema.ForebayException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The import of a workspace: one at a time, carried on by whatever process comes next. A worker
 * lists a page of the bucket, and what is made of it is one transaction with the place to go on.
 */
public final class Imports implements BucketListener {
    private static final System.Logger LOG = System.getLogger(Imports.class.getName());

    /** Objects of one page: their metadata and their inodes are far below what a call may be. */
    private static final int PAGE = 200;

    /** How soon a store that did not answer is asked again. */
    private static final long RETRY_MILLIS = 5_000;

    private static final TaskId TASK = TaskId.of(TaskKind.IMPORT, 0);

    private final Database database;

    public Imports(Database database) {
        this.database = database;
    }

    /**
     * Starts an import, from where a failed one stopped, else from the first object. One that runs
     * goes on, by another worker where its own is gone.
     *
     * @param uid who gets what does not say whose it is
     * @throws ForebayException UNAVAILABLE (no healthy worker)
     */
    public ImportView start(long workspaceId, int uid, int gid) {
        ImportRecord record =
                database.change(
                        workspaceId,
                        space -> {
                            ImportRecord.Builder run = begun(space, uid, gid);
                            String before = run.getWorker();
                            run.setWorker(lister(space, before));
                            if (!before.isEmpty()) {
                                Queue.remove(space, before, TASK);
                            }
                            Queue.put(space, run.getWorker(), TASK, space.nowMillis());
                            return save(space, run);
                        });
        LOG.log(
                System.Logger.Level.INFO,
                EventName.IMPORT_STARTED.line(
                        "workspace", workspaceId, "after", record.getAfter()));
        return view(record);
    }

    /** The last one. */
    public Optional<ImportView> find(long workspaceId) {
        return database.find(
                        tx -> Records.find(tx, Keys.lastImport(workspaceId), ImportRecord.parser()))
                .map(Imports::view);
    }

    @Override
    public @Nullable ImportTask next(Space space, String worker) {
        ImportRecord run = load(space);
        return runs(run, worker)
                ? ImportTask.newBuilder().setAfter(run.getAfter()).setLimit(PAGE).build()
                : null;
    }

    @Override
    public void listed(Space space, String worker, ImportedPage page) {
        ImportRecord record = load(space);
        if (!runs(record, worker) || !record.getAfter().equals(page.getAfter())) {
            return; // said before
        }
        ImportRecord.Builder run = record.toBuilder();
        switch (page.getFailure()) {
            case FAILURE_NONE -> taken(space, run, page);
            case FAILURE_UNAVAILABLE, FAILURE_BUSY -> {
                run.setMessage(page.getMessage());
                Queue.put(space, worker, TASK, space.nowMillis() + RETRY_MILLIS);
            }
            default -> {
                run.setMessage(page.getMessage());
                end(space, run, ImportRecord.State.STATE_FAILED);
            }
        }
        save(space, run);
    }

    private static void taken(Space space, ImportRecord.Builder run, ImportedPage page) {
        run.clearMessage();
        boolean whole = new Page(space, run).take(page.getObjectsList());
        if (whole) {
            run.setAfter(page.getLast());
        }
        if (whole && page.getEnd()) {
            end(space, run, ImportRecord.State.STATE_DONE);
        } else {
            Queue.put(space, run.getWorker(), TASK, space.nowMillis());
        }
    }

    private static void end(Space space, ImportRecord.Builder run, ImportRecord.State state) {
        run.setState(state).setEndedMillis(space.nowMillis());
        Queue.remove(space, run.getWorker(), TASK);
        LOG.log(
                System.Logger.Level.INFO,
                EventName.IMPORT_ENDED.line(
                        "workspace",
                        space.workspace().getName(),
                        "state",
                        view(run.build()).state(),
                        "files",
                        run.getFiles(),
                        "directories",
                        run.getDirectories(),
                        "present",
                        run.getPresent(),
                        "skipped",
                        run.getSkipped(),
                        "message",
                        run.getMessage()));
    }

    private static boolean runs(ImportRecord run, String worker) {
        return run.getState() == ImportRecord.State.STATE_RUNNING && run.getWorker().equals(worker);
    }

    private static ImportRecord.Builder begun(Space space, int uid, int gid) {
        ImportRecord old = load(space);
        return switch (old.getState()) {
            case STATE_RUNNING -> old.toBuilder();
            case STATE_FAILED ->
                    old.toBuilder()
                            .setState(ImportRecord.State.STATE_RUNNING)
                            .clearEndedMillis()
                            .setUid(uid)
                            .setGid(gid);
            case STATE_DONE, STATE_UNSPECIFIED, UNRECOGNIZED ->
                    ImportRecord.newBuilder()
                            .setState(ImportRecord.State.STATE_RUNNING)
                            .setStartedMillis(space.nowMillis())
                            .setUid(uid)
                            .setGid(gid);
        };
    }

    /** A healthy worker: the one that is at it, if it can be. */
    private static String lister(Space space, String before) {
        return Registry.workers(space.tx().snapshot()).stream()
                .filter(worker -> Registry.healthy(worker, space.nowMillis()))
                .map(WorkerRecord::getId)
                .reduce((a, b) -> b.equals(before) ? b : a)
                .orElseThrow(() ->
                        new ForebayException(
                                FailureKind.FAILURE_UNAVAILABLE,
                                "No worker is there to list the bucket: start one"));
    }

    private static ImportRecord load(Space space) {
        ImportRecord found =
                Records.find(space.tx(), Keys.lastImport(space.id()), ImportRecord.parser());
        return found == null ? ImportRecord.getDefaultInstance() : found;
    }

    private static ImportRecord save(Space space, ImportRecord.Builder run) {
        ImportRecord record = run.build();
        space.tx().set(Keys.lastImport(space.id()), record.toByteArray());
        return record;
    }

    private static ImportView view(ImportRecord run) {
        ImportView.State state =
                switch (run.getState()) {
                    case STATE_RUNNING, STATE_UNSPECIFIED, UNRECOGNIZED -> ImportView.State.RUNNING;
                    case STATE_DONE -> ImportView.State.DONE;
                    case STATE_FAILED -> ImportView.State.FAILED;
                };
        return new ImportView(
                state,
                run.getFiles(),
                run.getDirectories(),
                run.getPresent(),
                run.getSkipped(),
                run.getSkipsList().stream()
                        .map(skip -> new ImportView.Skip(skip.getKey(), skip.getReason()))
                        .toList(),
                Instant.ofEpochMilli(run.getStartedMillis()),
                run.getEndedMillis() == 0 ? null : Instant.ofEpochMilli(run.getEndedMillis()),
                run.getMessage());
    }
}
