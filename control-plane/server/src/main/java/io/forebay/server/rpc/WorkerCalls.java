package io.forebay.server.rpc;

import io.forebay.metadata.Metadata;
import io.forebay.proto.BeginEvictReply;
import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.BeginPublishReply;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.DescribeStagedReply;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.EndTasksReply;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.FinishPublishReply;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.HeartbeatReply;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.LocalCallAddress;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.WorkerServiceGrpc;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;

/** What workers ask. */
@GrpcService
final class WorkerCalls extends WorkerServiceGrpc.WorkerServiceImplBase {
    /** The longest wait for work: a worker that is gone is noticed, and a proxy stays quiet. */
    private static final long WAIT_MILLIS_MAX = 60_000;

    private final Metadata model;
    private final Calls calls;
    private final LocalCallAddress local;

    WorkerCalls(Metadata model, Calls calls, LocalCallAddress local) {
        this.model = model;
        this.calls = calls;
        this.local = local;
    }

    @Override
    public void register(
            RegisterWorkerRequest request, StreamObserver<RegisterWorkerReply> client) {
        calls.answer(
                Rpc.REGISTER,
                client,
                () -> model.workers().register(request).toBuilder().setLocal(local).build());
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatReply> client) {
        calls.answer(Rpc.HEARTBEAT, client, () -> model.workers().heartbeat(request));
    }

    @Override
    public void beginPublish(
            BeginPublishRequest request, StreamObserver<BeginPublishReply> client) {
        calls.answer(Rpc.BEGIN_PUBLISH, client, () -> model.publication().beginPublish(request));
    }

    @Override
    public void finishPublish(
            FinishPublishRequest request, StreamObserver<FinishPublishReply> client) {
        calls.answer(Rpc.FINISH_PUBLISH, client, () -> model.publication().finishPublish(request));
    }

    @Override
    public void endTasks(EndTasksRequest request, StreamObserver<EndTasksReply> client) {
        calls.answer(Rpc.END_TASKS, client, () -> model.tasks().endTasks(request));
    }

    @Override
    public void describeStaged(
            DescribeStagedRequest request, StreamObserver<DescribeStagedReply> client) {
        calls.answer(
                Rpc.DESCRIBE_STAGED, client, () -> model.stagedFiles().describeStaged(request));
    }

    @Override
    public void beginEvict(BeginEvictRequest request, StreamObserver<BeginEvictReply> client) {
        calls.answer(Rpc.BEGIN_EVICT, client, () -> model.stagedFiles().beginEvict(request));
    }

    @Override
    public void takeTasks(TakeTasksRequest request, StreamObserver<TakeTasksReply> client) {
        calls.answer(Rpc.TAKE_TASKS, client, () -> awaitTasks(request, client));
    }

    private TakeTasksReply awaitTasks(TakeTasksRequest request, StreamObserver<?> client) {
        long wait = Math.min(request.getWaitMillis(), WAIT_MILLIS_MAX);
        try {
            return model.tasks().awaitTasks(request, wait, () -> Calls.requireAsked(client));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Calls.cancelled();
        }
    }
}
