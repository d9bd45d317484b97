package io.forebay.metadata.state;

import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.kv.Tuple;
import io.forebay.proto.FailureKind;
import io.forebay.proto.WorkerIdentity;
import io.forebay.proto.WorkerRecord;
import io.forebay.proto.WorkspaceRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workspaces and workers as they are stored. */
public final class Registry {
    /** A worker that was silent for longer is not given new files: five missed heartbeats. */
    public static final long HEALTHY_MILLIS = 10_000;

    private static final int RECORDS_MAX = 10_000;

    private Registry() {}

    public static List<WorkspaceRecord> workspaces(ReadTransaction tx) {
        Tuple.Range range = Keys.workspaces();
        return tx.getRange(range.begin(), range.end(), RECORDS_MAX).stream()
                .map(pair -> Records.parse(pair.value(), WorkspaceRecord.parser()))
                .toList();
    }

    public static @Nullable WorkspaceRecord workspace(ReadTransaction tx, String name) {
        byte[] id = tx.get(Keys.workspaceName(name));
        return id == null ? null : workspace(tx, Records.number(id));
    }

    public static @Nullable WorkspaceRecord workspace(ReadTransaction tx, long id) {
        return Records.find(tx, Keys.workspace(id), WorkspaceRecord.parser());
    }

    public static List<WorkerRecord> workers(ReadTransaction tx) {
        Tuple.Range range = Keys.workers();
        return tx.getRange(range.begin(), range.end(), RECORDS_MAX).stream()
                .map(pair -> Records.parse(pair.value(), WorkerRecord.parser()))
                .toList();
    }

    public static @Nullable WorkerRecord worker(ReadTransaction tx, String id) {
        return Records.find(tx, Keys.worker(id), WorkerRecord.parser());
    }

    /** Writes a worker; every change of one goes through here. */
    public static void put(Transaction tx, WorkerRecord worker) {
        tx.set(Keys.worker(worker.getId()), worker.toByteArray());
        tx.add(Keys.workersVersion(), 1);
    }

    /** Another one after each change of a worker. */
    static long workersVersion(ReadTransaction tx) {
        return Records.number(tx, Keys.workersVersion());
    }

    public static boolean healthy(WorkerRecord worker, long nowMillis) {
        return nowMillis - worker.getLastSeenMillis() <= HEALTHY_MILLIS;
    }

    /** The newest epoch of a worker; 0 for one that never registered. */
    public static long epoch(ReadTransaction tx, String worker) {
        return Records.number(tx, Keys.epoch(worker));
    }

    /** Refuses a process that a newer one of the same worker has fenced. */
    public static void checkEpoch(ReadTransaction tx, WorkerIdentity worker) {
        long epoch = epoch(tx, worker.getWorkerId());
        Refusal.when(epoch == 0, FailureKind.FAILURE_NOT_FOUND);
        Refusal.when(epoch != worker.getEpoch(), FailureKind.FAILURE_STALE);
    }
}
