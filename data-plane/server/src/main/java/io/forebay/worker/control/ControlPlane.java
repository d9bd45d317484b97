package io.forebay.worker.control;

import io.forebay.persist.flush.FlushControl;
import io.forebay.proto.BeginEvictReply;
import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.BeginPublishReply;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.CompareObjectsReply;
import io.forebay.proto.CompareObjectsRequest;
import io.forebay.proto.DescribeStagedReply;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.ForeignServiceGrpc;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.ScannedPage;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.proto.TakeScanReply;
import io.forebay.proto.TakeScanRequest;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.TaskLane;
import io.forebay.proto.TellObjectsReply;
import io.forebay.proto.TellObjectsRequest;
import io.forebay.proto.WorkerIdentity;
import io.forebay.proto.WorkerServiceGrpc;
import io.forebay.schema.ForebayException;
import io.forebay.schema.local.LocalFirst;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The calls of {@code WorkerService}. Each fails with the reply's failure kind, or with UNAVAILABLE
 * when the control plane did not answer in time. Safe for any number of threads.
 */
public final class ControlPlane implements FlushControl, AutoCloseable {
    /** A transaction takes 5 s at most, and is retried inside the control plane once. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(10);

    private final LocalFirst calls;

    /** Written by the membership alone. */
    private volatile WorkerIdentity identity = WorkerIdentity.getDefaultInstance();

    public ControlPlane(Channel channel, InstantSource clock) {
        this.calls = new LocalFirst(channel, clock);
    }

    RegisterWorkerReply register(RegisterWorkerRequest request) {
        RegisterWorkerReply reply = call(WorkerServiceGrpc.getRegisterMethod(), request);
        check(reply.getFailure(), "The control plane does not take this worker");
        calls.told(reply.getLocal());
        identity =
                WorkerIdentity.newBuilder()
                        .setWorkerId(request.getWorkerId())
                        .setEpoch(reply.getEpoch())
                        .build();
        return reply;
    }

    /** The reply's failure; NOT_FOUND and STALE are answers here. */
    public FailureKind heartbeat(long usedBytes, long freeBytes) {
        HeartbeatRequest request =
                HeartbeatRequest.newBuilder()
                        .setWorker(identity)
                        .setUsedBytes(usedBytes)
                        .setFreeBytes(freeBytes)
                        .build();
        return call(WorkerServiceGrpc.getHeartbeatMethod(), request).getFailure();
    }

    @Override
    public List<Task> takeTasks(int limit, Duration wait, long oldestTry) {
        return take(TakeTasksRequest.newBuilder().setOldestTry(oldestTry), limit, wait);
    }

    private List<Task> take(TakeTasksRequest.Builder request, int limit, Duration wait) {
        request.setWorker(identity).setLimit(limit).setWaitMillis(wait.toMillis());
        TakeTasksReply reply =
                call(
                        WorkerServiceGrpc.getTakeTasksMethod(),
                        request.build(),
                        ANSWER_MAX.plus(wait));
        check(reply.getFailure(), "The control plane gives no tasks");
        return reply.getTasksList();
    }

    /** As {@link #takeTasks}, of the work on copies at other workers. */
    public List<Task> takeCopies(int limit, Duration wait) {
        TaskLane lane = TaskLane.TASK_LANE_COPIES;
        return take(TakeTasksRequest.newBuilder().setLane(lane), limit, wait);
    }

    @Override
    public List<PublishVerdict> beginPublish(List<PublishIntent> intents, long oldestTry) {
        BeginPublishRequest request =
                BeginPublishRequest.newBuilder()
                        .setWorker(identity)
                        .addAllIntents(intents)
                        .setOldestTry(oldestTry)
                        .build();
        BeginPublishReply reply = call(WorkerServiceGrpc.getBeginPublishMethod(), request);
        check(reply.getFailure(), "The control plane allows no publish");
        return reply.getVerdictsList();
    }

    @Override
    public void finishPublish(List<PublishOutcome> outcomes) {
        FinishPublishRequest request =
                FinishPublishRequest.newBuilder()
                        .setWorker(identity)
                        .addAllOutcomes(outcomes)
                        .build();
        FailureKind failure =
                call(WorkerServiceGrpc.getFinishPublishMethod(), request).getFailure();
        check(failure, "The control plane does not record a publish");
    }

    @Override
    public void endTasks(List<EndedTask> tasks) {
        EndTasksRequest request =
                EndTasksRequest.newBuilder().setWorker(identity).addAllTasks(tasks).build();
        FailureKind failure = call(WorkerServiceGrpc.getEndTasksMethod(), request).getFailure();
        check(failure, "The control plane does not end a task");
    }

    /** One verdict for each file, in order. */
    public List<StagedVerdict> describeStaged(List<StagedRef> files) {
        DescribeStagedRequest request =
                DescribeStagedRequest.newBuilder().setWorker(identity).addAllFiles(files).build();
        DescribeStagedReply reply = call(WorkerServiceGrpc.getDescribeStagedMethod(), request);
        check(reply.getFailure(), "The control plane describes no staged files");
        return reply.getVerdictsList();
    }

    /** Whether the file's bytes may go: it is clean, and no longer counted as staged. */
    public boolean beginEvict(EvictIntent intent) {
        BeginEvictRequest request =
                BeginEvictRequest.newBuilder().setWorker(identity).addIntents(intent).build();
        BeginEvictReply reply = call(WorkerServiceGrpc.getBeginEvictMethod(), request);
        check(reply.getFailure(), "The control plane allows no eviction");
        return reply.getGrantedCount() == 1 && reply.getGranted(0);
    }

    /**
     * What to list next.
     *
     * @param scanned what was taken before, when it is done
     */
    public TakeScanReply takeScan(Optional<ScannedPage> scanned) {
        TakeScanRequest.Builder request = TakeScanRequest.newBuilder().setWorker(identity);
        scanned.ifPresent(request::setScanned);
        TakeScanReply reply = call(ForeignServiceGrpc.getTakeScanMethod(), request.build());
        check(reply.getFailure(), "The control plane gives no scan");
        return reply;
    }

    /** As the rpc; the identity is added. */
    public CompareObjectsReply compareObjects(CompareObjectsRequest.Builder request) {
        CompareObjectsReply reply =
                call(
                        ForeignServiceGrpc.getCompareObjectsMethod(),
                        request.setWorker(identity).build());
        check(reply.getFailure(), "The control plane compares no objects");
        return reply;
    }

    /** As the rpc; the identity is added. */
    public int tellObjects(TellObjectsRequest.Builder request) {
        TellObjectsReply reply =
                call(
                        ForeignServiceGrpc.getTellObjectsMethod(),
                        request.setWorker(identity).build());
        check(reply.getFailure(), "The control plane is told of no objects");
        return reply.getChanged();
    }

    private <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
        return call(method, request, ANSWER_MAX);
    }

    private <Q, R> R call(MethodDescriptor<Q, R> method, Q request, Duration most) {
        try {
            return calls.call(method, request, most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The call was interrupted", e);
        } catch (StatusRuntimeException e) {
            throw new ForebayException(
                            FailureKind.FAILURE_UNAVAILABLE,
                            "The control plane does not answer; is it running?",
                            e)
                    .with("status", e.getStatus().getCode())
                    .with("cause", String.valueOf(e.getStatus().getDescription()));
        }
    }

    /** Ends the calls of this machine; the channel is its owner's. */
    @Override
    public void close() {
        calls.close();
    }

    private static void check(FailureKind failure, String message) {
        if (failure != FailureKind.FAILURE_NONE) {
            throw new ForebayException(failure, message).with("failure", failure);
        }
    }
}
