package io.forebay.metadata.flush;

import io.forebay.metadata.kv.Look;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.placement.Copies;
import io.forebay.metadata.questions.Questions;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.metadata.work.Lease;
import io.forebay.metadata.work.Step;
import io.forebay.proto.CheckTask;
import io.forebay.proto.DropStagedTask;
import io.forebay.proto.EndTasksReply;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ProbeTask;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.TaskLane;
import io.forebay.proto.TaskRecord;
import io.forebay.proto.TraceContext;
import io.forebay.proto.WorkspaceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The work of the workers. Each workspace is a transaction of its own. */
public final class Tasks {
    /** So many fit one transaction with room to spare. */
    private static final int TAKE_MAX = 64;

    private static final int RECLAIM_PAGE = 500;

    private final Database database;
    private final ProbeListener probes;
    private final BucketListener buckets;
    private final Questions questions;
    private final Copying copying;
    private final AtomicInteger turn = new AtomicInteger();

    public Tasks(
            Database database,
            ProbeListener probes,
            BucketListener buckets,
            Questions questions,
            GrantKeys keys) {
        this.database = database;
        this.probes = probes;
        this.buckets = buckets;
        this.questions = questions;
        this.copying = new Copying(keys);
    }

    /** Hands out what is due, without waiting; STALE for a fenced worker. */
    public TakeTasksReply takeTasks(TakeTasksRequest request) {
        Lease lease = Lease.of(request.getWorker(), request.getOldestTry());
        TakeTasksReply.Builder reply = TakeTasksReply.newBuilder().setLeaseMillis(Lease.MILLIS);
        try {
            database.read(tx -> checked(tx, request));
            List<WorkspaceRecord> all = database.read(Registry::workspaces);
            String queue = queue(request);
            int limit = Math.clamp(request.getLimit(), 1, TAKE_MAX);
            int first = all.isEmpty() ? 0 : Math.floorMod(turn.getAndIncrement(), all.size());
            for (int i = 0; i < all.size() && reply.getTasksCount() < limit; i++) {
                long ws = all.get((first + i) % all.size()).getId();
                int rest = limit - reply.getTasksCount();
                reply.addAllTasks(
                        database.changeOr(ws, List.of(), space -> take(space, lease, queue, rest)));
            }
            if (reply.getTasksCount() > 0) {
                database.settle();
            }
            return reply.build();
        } catch (Refusal refusal) {
            return reply.setFailure(refusal.kind()).build();
        }
    }

    public EndTasksReply endTasks(EndTasksRequest request) {
        Lease lease = Lease.of(request.getWorker());
        try {
            for (EndedTask ended : request.getTasksList()) {
                database.changeOr(
                        ended.getWorkspaceId(),
                        false,
                        space -> {
                            Registry.checkEpoch(space.tx(), request.getWorker());
                            end(space, lease, ended);
                            return true;
                        });
            }
            return EndTasksReply.getDefaultInstance();
        } catch (Refusal refusal) {
            return EndTasksReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    /**
     * As {@link #takeTasks}, once something is due or the time is over.
     *
     * @param asked runs now and then while it waits; what it throws ends the waiting
     */
    public TakeTasksReply awaitTasks(TakeTasksRequest request, long timeoutMillis, Runnable asked)
            throws InterruptedException {
        String queue = queue(request);
        return database.await(
                Keys.bell(queue),
                database.nowMillis() + timeoutMillis,
                () -> {
                    asked.run();
                    TakeTasksReply reply = takeTasks(request);
                    boolean enough =
                            reply.getFailure() != FailureKind.FAILURE_NONE
                                    || reply.getTasksCount() > 0;
                    // Work also becomes due with time, which no change announces.
                    return new Look<>(reply, enough, 0, enough ? 0 : millisToDue(queue));
                });
    }

    private static String queue(TakeTasksRequest request) {
        String worker = request.getWorker().getWorkerId();
        return request.getLane() == TaskLane.TASK_LANE_COPIES ? Copies.queue(worker) : worker;
    }

    private long millisToDue(String queue) {
        return Math.max(1, database.read(tx -> firstDue(tx, queue)) - database.nowMillis());
    }

    /** Makes what earlier processes of the worker had taken due now, page by page. */
    public void reclaim(String workerId) {
        reclaimQueue(workerId);
        reclaimQueue(Copies.queue(workerId));
    }

    private void reclaimQueue(String queue) {
        for (WorkspaceRecord workspace : database.read(Registry::workspaces)) {
            byte[] after = new byte[0];
            do {
                byte[] from = after;
                after = database.change(workspace.getId(), s -> reclaim(s, queue, from));
            } while (after.length > 0);
        }
    }

    private static byte[] reclaim(Space space, String queue, byte[] from) {
        List<Queue.Queued> page = Queue.page(space.tx(), space.id(), queue, from, RECLAIM_PAGE);
        for (Queue.Queued queued : page) {
            TaskRecord record = Queue.find(space, queue, queued.task());
            if (record != null && record.getLeased()) {
                TaskRecord.Builder now = record.toBuilder().setLeased(false);
                now.setDueMillis(space.nowMillis());
                Queue.put(space, queue, queued.task(), now.build());
            }
        }
        return page.size() < RECLAIM_PAGE ? new byte[0] : page.getLast().position();
    }

    private static boolean checked(ReadTransaction tx, TakeTasksRequest request) {
        Registry.checkEpoch(tx, request.getWorker());
        return true;
    }

    private static long firstDue(ReadTransaction tx, String queue) {
        return Registry.workspaces(tx).stream()
                .map(workspace -> Queue.firstDue(tx, workspace.getId(), queue))
                .filter(Objects::nonNull)
                .min(Long::compare)
                .orElse(Long.MAX_VALUE);
    }

    private List<Task> take(Space space, Lease lease, String queue, int limit) {
        if (Registry.epoch(space.tx(), lease.worker()) != lease.epoch()) {
            throw new Refusal(FailureKind.FAILURE_STALE);
        }
        List<Task> tasks = new ArrayList<>();
        for (TaskId task : Queue.due(space, queue, limit)) {
            TaskRecord record = Queue.find(space, queue, task);
            // One that was looked at before it may have ended or moved this one.
            if (record != null && record.getDueMillis() <= space.nowMillis()) {
                take(space, lease, new Due(queue, task, record)).ifPresent(tasks::add);
            }
        }
        return tasks;
    }

    private Optional<Task> take(Space space, Lease lease, Due due) {
        TaskId task = due.task();
        TaskRecord record = due.record();
        switch (prepare(space, lease, task, record)) {
            case Step.Drop _ -> Queue.remove(space, due.queue(), task);
            case Step.Wait(long millis) ->
                    move(space, due, record.toBuilder().setLeased(false), millis);
            case Step.Give(Task.Builder given) -> {
                if (task.kind() != TaskKind.UPLOAD) {
                    given.setAttempt(record.getAttempt());
                    given.setTrace(
                            TraceContext.newBuilder().setTraceparent(record.getTraceparent()));
                }
                int attempt = record.getAttempt() + 1;
                TaskRecord.Builder leased = record.toBuilder().setAttempt(attempt).setLeased(true);
                move(space, due, leased, Lease.MILLIS);
                given.setWorkspaceId(space.id()).setLocation(space.workspace().getLocation());
                return Optional.of(given.build());
            }
        }
        return Optional.empty();
    }

    private static void move(Space space, Due due, TaskRecord.Builder record, long millis) {
        record.setDueMillis(space.nowMillis() + millis);
        Queue.move(space, due.queue(), due.task(), record.build());
    }

    /** An entry of a queue whose time has come. */
    private record Due(String queue, TaskId task, TaskRecord record) {}

    private Step prepare(Space space, Lease lease, TaskId task, TaskRecord record) {
        return switch (task.kind()) {
            case UPLOAD -> Uploads.prepare(space, task.ino());
            case REMOVE_OBJECT -> Removals.prepare(space, lease, task.key());
            case DROP_STAGED -> {
                Flow.dropped(space, task.ino());
                yield new Step.Give(
                        Task.newBuilder()
                                .setDropStaged(DropStagedTask.newBuilder().setIno(task.ino())));
            }
            case EVICT -> evict(space, task.ino());
            case PROBE -> new Step.Give(Task.newBuilder().setProbe(ProbeTask.getDefaultInstance()));
            case SETTLE -> Settling.prepare(space, task.ino(), record);
            case IMPORT -> {
                ImportTask next = buckets.next(space, lease.worker());
                yield next == null
                        ? new Step.Drop()
                        : new Step.Give(Task.newBuilder().setImport(next));
            }
            case COPY -> copying.prepare(space, lease, task.ino());
            case DROP_COPY -> Copying.prepareDrop(task.ino());
            case CHECK -> {
                CheckTask question = questions.find(task.ino());
                yield question == null
                        ? new Step.Drop()
                        : new Step.Give(Task.newBuilder().setCheck(question));
            }
        };
    }

    private static Step evict(Space space, long ino) {
        Inode inode = space.find(ino);
        if (inode == null || !StagedFiles.evictable(space, inode)) {
            return new Step.Drop();
        }
        EvictTask task =
                EvictTask.newBuilder().setIno(ino).setGeneration(inode.generation()).build();
        return new Step.Give(Task.newBuilder().setEvict(task));
    }

    private void end(Space space, Lease lease, EndedTask ended) {
        switch (ended.getWorkCase()) {
            case FAILED_UPLOAD -> Uploads.failed(space, ended.getFailedUpload());
            case BEGUN_UPLOAD -> OpenUploads.begun(space, lease, ended.getBegunUpload());
            case UNBEGUN_UPLOAD -> OpenUploads.unbegun(space, ended.getUnbegunUpload());
            case ABORTED_UPLOADS -> OpenUploads.aborted(space, ended.getAbortedUploads());
            case PAUSED_UPLOAD -> Uploads.paused(space, ended.getPausedUpload());
            case REMOVED_OBJECT -> Removals.ended(space, lease, ended.getRemovedObject());
            case DROPPED_INO -> done(space, lease, TaskKind.DROP_STAGED, ended.getDroppedIno());
            case EVICT_REFUSED_INO ->
                    done(space, lease, TaskKind.EVICT, ended.getEvictRefusedIno());
            case PROBE -> {
                done(space, lease, TaskKind.PROBE, 0);
                probes.probed(space, ended.getProbe());
            }
            case SETTLED -> Settling.ended(space, lease, ended.getSettled());
            case IMPORTED -> buckets.listed(space, lease.worker(), ended.getImported());
            case COPIED -> Copying.ended(space, lease, ended.getCopied());
            case DROPPED_COPY_INO ->
                    done(space, lease, TaskKind.DROP_COPY, ended.getDroppedCopyIno());
            case CHECKED -> {
                done(space, lease, TaskKind.CHECK, ended.getChecked().getQuestion());
                questions.answered(ended.getChecked());
            }
            case WORK_NOT_SET -> throw new Refusal(FailureKind.FAILURE_INVALID);
        }
    }

    private static void done(Space space, Lease lease, TaskKind kind, long ino) {
        Queue.remove(space, lease.worker(), TaskId.of(kind, ino));
    }
}
