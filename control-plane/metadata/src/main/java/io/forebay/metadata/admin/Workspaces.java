package io.forebay.metadata.admin;

import io.forebay.metadata.flush.Policy;
import io.forebay.metadata.flush.ProbeListener;
import io.forebay.metadata.fs.Namespace;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Look;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Counter;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.BucketLocation;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ProbeResult;
import io.forebay.proto.WorkerRecord;
import io.forebay.proto.WorkspaceRecord;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The workspaces. */
public final class Workspaces implements ProbeListener {
    private static final System.Logger LOG = System.getLogger(Workspaces.class.getName());

    private final Database database;

    public Workspaces(Database database) {
        this.database = database;
    }

    /**
     * Makes a workspace in the state PROBING and asks a healthy worker to try its location. One of
     * the name that was refused is replaced.
     *
     * @throws ForebayException INVALID, EXISTS (name or overlapping location), UNAVAILABLE (no
     *     healthy worker)
     */
    public WorkspaceView create(NewWorkspace request) {
        request.check();
        WorkspaceRecord record = database.transactDurably(tx -> create(tx, request));
        LOG.log(
                System.Logger.Level.INFO,
                "A workspace was made, its location is tried workspace={0} bucket={1} prefix={2}",
                record.getName(),
                record.getLocation().getBucket(),
                record.getLocation().getPrefix());
        return view(record);
    }

    /**
     * Asks a healthy worker to try the location again, with the credentials that it has now. How it
     * ends changes nothing of a workspace that is READY.
     *
     * @throws ForebayException UNAVAILABLE (no healthy worker)
     */
    public WorkspaceView probe(long id) {
        return view(
                database.change(
                        id,
                        space -> {
                            WorkspaceRecord record =
                                    space.workspace().toBuilder().setTrying(true).build();
                            space.tx().set(Keys.workspace(id), record.toByteArray());
                            // Due before all uploads: they would fail for the same reason.
                            String worker = prober(space.tx()).getId();
                            Queue.put(space, worker, TaskId.of(TaskKind.PROBE, 0), 0);
                            return record;
                        }));
    }

    /** Waits until the last try was answered or the time is over; how the workspace stands. */
    public Optional<WorkspaceView> awaitProbe(long id, long timeoutMillis)
            throws InterruptedException {
        return database.await(
                Keys.workspace(id),
                database.nowMillis() + timeoutMillis,
                () -> {
                    Optional<WorkspaceView> view = find(id);
                    return Look.of(view, view.filter(known -> known.lastTry().pending()).isEmpty());
                });
    }

    /** Forgets a workspace that never became READY. */
    public void discard(long id) {
        database.transactDurably(tx -> {
            WorkspaceRecord record = Registry.workspace(tx, id);
            if (record != null && record.getState() != WorkspaceRecord.State.STATE_READY) {
                forget(tx, record);
            }
            return true;
        });
    }

    /** By name, in any state. */
    public Optional<WorkspaceView> find(String name) {
        return database.find(tx -> Registry.workspace(tx, name)).map(Workspaces::view);
    }

    /** Those that are READY, by name. */
    public List<WorkspaceView> list() {
        return database.read(Registry::workspaces).stream()
                .filter(record -> record.getState() == WorkspaceRecord.State.STATE_READY)
                .sorted(Comparator.comparing(WorkspaceRecord::getName))
                .map(Workspaces::view)
                .toList();
    }

    public Usage usage(long id) {
        return database.read(tx -> {
            Tuple.Range dirty = Keys.allDirty(id);
            List<KeyValue> oldest = tx.getRange(dirty.begin(), dirty.end(), 1);
            long now = database.nowMillis();
            long since = oldest.isEmpty() ? now : Tuple.unpack(oldest.getFirst().key()).number(2);
            return new Usage(
                    Records.number(tx, Keys.counter(id, Counter.BYTES)),
                    Records.number(tx, Keys.counter(id, Counter.INODES)),
                    Records.number(tx, Keys.counter(id, Counter.DIRTY_BYTES)),
                    Records.number(tx, Keys.counter(id, Counter.DIRTY_FILES)),
                    Duration.ofMillis(Math.max(0, now - since)));
        });
    }

    /** A worker said whether the location can be used. */
    @Override
    public void probed(Space space, ProbeResult result) {
        WorkspaceRecord.Builder record =
                space.workspace().toBuilder()
                        .setTrying(false)
                        .setFailure(result.getFailure())
                        .setMessage(result.getMessage());
        if (record.getState() != WorkspaceRecord.State.STATE_READY) {
            record.setState(
                    result.getFailure() == FailureKind.FAILURE_NONE
                            ? WorkspaceRecord.State.STATE_READY
                            : WorkspaceRecord.State.STATE_REFUSED);
        }
        space.tx().set(Keys.workspace(record.getId()), record.build().toByteArray());
    }

    private WorkspaceRecord create(Transaction tx, NewWorkspace request) {
        WorkspaceRecord namesake = Registry.workspace(tx, request.name());
        if (namesake != null && namesake.getState() == WorkspaceRecord.State.STATE_REFUSED) {
            forget(tx, namesake);
        } else if (namesake != null) {
            throw new ForebayException(
                            FailureKind.FAILURE_EXISTS,
                            "There is a workspace of that name: choose another")
                    .with("name", request.name());
        }
        checkOverlap(tx, request);
        WorkerRecord worker = prober(tx);
        long id = Records.number(tx, Keys.lastWorkspace()) + 1;
        tx.set(Keys.lastWorkspace(), Records.number(id));
        tx.set(Keys.workspaceName(request.name()), Records.number(id));
        WorkspaceRecord record =
                WorkspaceRecord.newBuilder()
                        .setId(id)
                        .setName(request.name())
                        .setLocation(
                                BucketLocation.newBuilder()
                                        .setBucket(request.bucket())
                                        .setPrefix(request.prefix()))
                        .setDurability(request.policy().mode())
                        .setFlushDelayMillis(request.policy().flushDelayMillis())
                        .setReplicas(request.policy().replicas())
                        .setQuotaBytes(request.quotaBytes())
                        .setState(WorkspaceRecord.State.STATE_PROBING)
                        .setTrying(true)
                        .setCreatedMillis(database.nowMillis())
                        .build();
        tx.set(Keys.workspace(id), record.toByteArray());
        InodeNumbers.begin(tx, id, database.nowMillis());
        Space space = database.open(tx, id);
        Namespace.root(space);
        space.save();
        Queue.put(space, worker.getId(), TaskId.of(TaskKind.PROBE, 0), space.nowMillis());
        return record;
    }

    private WorkerRecord prober(Transaction tx) {
        long now = database.nowMillis();
        return Registry.workers(tx.snapshot()).stream()
                .filter(worker -> Registry.healthy(worker, now))
                .findFirst()
                .orElseThrow(() ->
                        new ForebayException(
                                FailureKind.FAILURE_UNAVAILABLE,
                                "No worker is there to try the bucket: start one"));
    }

    private static void checkOverlap(Transaction tx, NewWorkspace request) {
        for (WorkspaceRecord other : Registry.workspaces(tx)) {
            String prefix = other.getLocation().getPrefix();
            boolean overlap =
                    other.getLocation().getBucket().equals(request.bucket())
                            && (prefix.startsWith(request.prefix())
                                    || request.prefix().startsWith(prefix));
            if (overlap && other.getState() != WorkspaceRecord.State.STATE_REFUSED) {
                throw new ForebayException(
                                FailureKind.FAILURE_EXISTS,
                                "Another workspace has this part of the bucket:"
                                        + " choose another prefix")
                        .with("workspace", other.getName())
                        .with("prefix", prefix);
            }
        }
    }

    private static void forget(Transaction tx, WorkspaceRecord record) {
        Tuple.Range all = Keys.everything(record.getId());
        tx.clearRange(all.begin(), all.end());
        tx.clear(Keys.workspace(record.getId()));
        tx.clear(Keys.workspaceName(record.getName()));
    }

    private Optional<WorkspaceView> find(long id) {
        return database.find(tx -> Registry.workspace(tx, id)).map(Workspaces::view);
    }

    private static WorkspaceView view(WorkspaceRecord record) {
        WorkspaceView.State state =
                switch (record.getState()) {
                    case STATE_READY -> WorkspaceView.State.READY;
                    case STATE_PROBING -> WorkspaceView.State.PROBING;
                    case STATE_REFUSED, STATE_UNSPECIFIED, UNRECOGNIZED ->
                            WorkspaceView.State.REFUSED;
                };
        return new WorkspaceView(
                record.getId(),
                record.getName(),
                record.getLocation().getBucket(),
                record.getLocation().getPrefix(),
                Policy.own(record),
                PathRules.shown(record),
                record.getQuotaBytes(),
                state,
                new WorkspaceView.Attempt(
                        record.getTrying(), record.getFailure(), record.getMessage()));
    }
}
