package io.forebay.metadata.admin;

import com.google.protobuf.ByteString;
import io.forebay.metadata.flush.Tasks;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.GrantKeys;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.succession.Succession;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.HeartbeatReply;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.WorkerRecord;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The workers that were ever registered. */
public final class Workers {
    private static final System.Logger LOG = System.getLogger(Workers.class.getName());

    /** Five of them may be missed before a worker gets no new files. */
    private static final long HEARTBEAT_MILLIS = Registry.HEALTHY_MILLIS / 5;

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final Database database;
    private final Tasks tasks;
    private final GrantKeys keys;
    private final Succession succession;

    public Workers(Database database, Tasks tasks, GrantKeys keys, Succession succession) {
        this.database = database;
        this.tasks = tasks;
        this.keys = keys;
        this.succession = succession;
    }

    /** A new epoch; what earlier processes of the worker were doing is due again. */
    public RegisterWorkerReply register(RegisterWorkerRequest request) {
        String id = request.getWorkerId();
        if (!ID.matcher(id).matches() || request.getCapacityBytes() < 0) {
            return RegisterWorkerReply.newBuilder().setFailure(FailureKind.FAILURE_INVALID).build();
        }
        long epoch =
                database.transactDurably(tx -> {
                    long next = Registry.epoch(tx, id) + 1;
                    tx.set(Keys.epoch(id), Records.number(next));
                    Registry.put(tx, record(request, next, Registry.worker(tx, id)));
                    return next;
                });
        tasks.reclaim(id);
        succession.step();
        LOG.log(
                System.Logger.Level.INFO,
                EventName.WORKER_REGISTERED.line(
                        "worker", id, "node", request.getNode(), "epoch", epoch));
        return RegisterWorkerReply.newBuilder()
                .setEpoch(epoch)
                .setGrantKey(ByteString.copyFrom(keys.of(id)))
                .setHeartbeatMillis(HEARTBEAT_MILLIS)
                .setLostMillis(succession.lostMillis())
                .build();
    }

    public HeartbeatReply heartbeat(HeartbeatRequest request) {
        String id = request.getWorker().getWorkerId();
        try {
            return database.transact(tx -> {
                Registry.checkEpoch(tx, request.getWorker());
                WorkerRecord old = Registry.worker(tx, id);
                if (old == null) {
                    throw new Refusal(FailureKind.FAILURE_NOT_FOUND);
                }
                WorkerRecord.Builder record =
                        old.toBuilder()
                                .setUsedBytes(request.getUsedBytes())
                                .setFreeBytes(request.getFreeBytes())
                                .setLastSeenMillis(database.nowMillis());
                Registry.put(tx, record.build());
                return HeartbeatReply.getDefaultInstance();
            });
        } catch (Refusal refusal) {
            return HeartbeatReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    /** All of them, by id. */
    public List<WorkerView> list() {
        return database.read(Registry::workers).stream().map(this::view).toList();
    }

    private WorkerRecord record(
            RegisterWorkerRequest request, long epoch, @Nullable WorkerRecord before) {
        boolean emptied =
                before != null
                        && (before.getEmptied()
                                || (!before.getStagingId().isEmpty()
                                        && !before.getStagingId().equals(request.getStagingId())));
        return WorkerRecord.newBuilder()
                .setId(request.getWorkerId())
                .setNode(request.getNode())
                .setSocketPath(request.getSocketPath())
                .setAddress(request.getAddress())
                .setCapacityBytes(request.getCapacityBytes())
                .putAllLabels(request.getLabelsMap())
                .setVersion(request.getVersion())
                .setEpoch(epoch)
                .setStagingId(request.getStagingId())
                .setEmptied(emptied)
                .setFreeBytes(request.getCapacityBytes())
                .setLastSeenMillis(database.nowMillis())
                .build();
    }

    private WorkerView view(WorkerRecord worker) {
        return new WorkerView(
                worker.getId(),
                worker.getNode(),
                worker.getEpoch(),
                Registry.healthy(worker, database.nowMillis()),
                Instant.ofEpochMilli(worker.getLastSeenMillis()),
                worker.getCapacityBytes(),
                worker.getUsedBytes(),
                worker.getFreeBytes());
    }
}
