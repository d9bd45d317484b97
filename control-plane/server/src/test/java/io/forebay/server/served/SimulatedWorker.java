package io.forebay.server.served;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.EndTasksRequest;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.FoundObject;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.ImportedPage;
import io.forebay.proto.ObjectState;
import io.forebay.proto.ProbeResult;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.RemovedObject;
import io.forebay.proto.TakeTasksReply;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import io.forebay.proto.WorkerIdentity;
import io.forebay.proto.WorkerServiceGrpc;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A worker that keeps no bytes and says that it uploaded them; one bucket it cannot use. */
final class SimulatedWorker implements AutoCloseable {
    static final String WRONG_BUCKET = "wrong-bucket";

    private static final long CAPACITY_BYTES = 1L << 40;
    private static final int TASKS_MAX = 16;
    private static final long WAIT_MILLIS = 500;

    private final WorkerServiceGrpc.WorkerServiceBlockingStub server;
    private final RegisterWorkerReply registered;
    private final WorkerIdentity identity;
    private final Thread thread;

    /** What went wrong in the thread, for the test to see. */
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** Trace contexts of the uploads that were asked for. */
    private final List<String> traces = new CopyOnWriteArrayList<>();

    private volatile FailureKind refusal = FailureKind.FAILURE_NONE;
    private volatile boolean stopped;

    SimulatedWorker(Channel channel, String id, String node) {
        server = WorkerServiceGrpc.newBlockingStub(channel);
        registered =
                server.register(
                        RegisterWorkerRequest.newBuilder()
                                .setWorkerId(id)
                                .setNode(node)
                                .setSocketPath("/tmp/" + id + ".sock")
                                .setCapacityBytes(CAPACITY_BYTES)
                                .setVersion("test")
                                .build());
        assertEquals(FailureKind.FAILURE_NONE, registered.getFailure());
        identity =
                WorkerIdentity.newBuilder().setWorkerId(id).setEpoch(registered.getEpoch()).build();
        heartbeat();
        thread = Thread.ofVirtual().name("worker-" + id).start(this::work);
    }

    RegisterWorkerReply registered() {
        return registered;
    }

    WorkerIdentity identity() {
        return identity;
    }

    List<Throwable> failures() {
        return failures;
    }

    List<String> traces() {
        return traces;
    }

    private void heartbeat() {
        FailureKind failure =
                server.heartbeat(
                                HeartbeatRequest.newBuilder()
                                        .setWorker(identity)
                                        .setUsedBytes(0)
                                        .setFreeBytes(CAPACITY_BYTES)
                                        .build())
                        .getFailure();
        assertEquals(FailureKind.FAILURE_NONE, failure);
    }

    private void work() {
        try {
            while (!stopped) {
                heartbeat();
                TakeTasksReply taken =
                        server.withDeadlineAfter(30, TimeUnit.SECONDS)
                                .takeTasks(
                                        TakeTasksRequest.newBuilder()
                                                .setWorker(identity)
                                                .setLimit(TASKS_MAX)
                                                .setWaitMillis(WAIT_MILLIS)
                                                .build());
                assertEquals(FailureKind.FAILURE_NONE, taken.getFailure());
                taken.getTasksList().forEach(this::run);
            }
        } catch (StatusRuntimeException | AssertionError failure) {
            if (!stopped) {
                failures.add(failure);
            }
        }
    }

    /** All that its buckets hold. */
    private static final FoundObject FOUND =
            FoundObject.newBuilder().setKey("found/object").setEtag("e1").setSize(5).build();

    private void run(Task task) {
        EndedTask.Builder ended = EndedTask.newBuilder().setWorkspaceId(task.getWorkspaceId());
        switch (task.getWorkCase()) {
            case UPLOAD -> {
                traces.add(task.getTrace().getTraceparent());
                upload(task);
            }
            case PROBE -> end(ended.setProbe(probe(task)));
            case REMOVE_OBJECT ->
                    end(
                            ended.setRemovedObject(
                                    RemovedObject.newBuilder()
                                            .setKey(task.getRemoveObject().getKey())
                                            .setDone(true)));
            case DROP_STAGED -> end(ended.setDroppedIno(task.getDropStaged().getIno()));
            case EVICT -> evict(task);
            case IMPORT ->
                    end(
                            ended.setImported(
                                    ImportedPage.newBuilder()
                                            .setAfter(task.getImport().getAfter())
                                            .addObjects(FOUND)
                                            .setLast(FOUND.getKey())
                                            .setEnd(true)));
            case CHECK -> end(ended.setChecked(checked(task.getCheck())));
            case SETTLE, COPY, DROP_COPY, WORK_NOT_SET ->
                    failures.add(new AssertionError("not for this test: " + task));
        }
    }

    private static CheckedPage checked(CheckTask question) {
        CheckedPage.Builder page = CheckedPage.newBuilder().setQuestion(question.getQuestion());
        ObjectState found =
                ObjectState.newBuilder()
                        .setKey(FOUND.getKey())
                        .setThere(true)
                        .setEtag(FOUND.getEtag())
                        .setSize(FOUND.getSize())
                        .build();
        if (question.hasListObjects() || question.hasLookObjects()) {
            page.addObjects(found);
        }
        return page.build();
    }

    /** From now on no bucket can be used. */
    void refuse(FailureKind failure) {
        refusal = failure;
    }

    private ProbeResult probe(Task task) {
        boolean wrong = task.getLocation().getBucket().equals(WRONG_BUCKET);
        FailureKind failure = wrong ? FailureKind.FAILURE_NOT_FOUND : refusal;
        return ProbeResult.newBuilder()
                .setFailure(failure)
                .setMessage(failure == FailureKind.FAILURE_NONE ? "" : "the bucket cannot be used")
                .build();
    }

    private void upload(Task task) {
        UploadTask upload = task.getUpload();
        PublishIntent intent =
                PublishIntent.newBuilder()
                        .setWorkspaceId(task.getWorkspaceId())
                        .setIno(upload.getIno())
                        .setGeneration(upload.getGeneration())
                        .setKey(upload.getKey())
                        .build();
        PublishVerdict verdict =
                server.beginPublish(
                                BeginPublishRequest.newBuilder()
                                        .setWorker(identity)
                                        .addIntents(intent)
                                        .build())
                        .getVerdicts(0);
        if (verdict.getDecision() != PublishVerdict.Decision.DECISION_GO) {
            return;
        }
        PublishedObject object =
                PublishedObject.newBuilder()
                        .setEtag("etag-" + upload.getIno() + "-" + upload.getGeneration())
                        .setSize(upload.getSize())
                        .setChecksum("CRC32C:AAAAAA==")
                        .build();
        assertEquals(
                FailureKind.FAILURE_NONE,
                server.finishPublish(
                                FinishPublishRequest.newBuilder()
                                        .setWorker(identity)
                                        .addOutcomes(
                                                PublishOutcome.newBuilder()
                                                        .setIntent(intent)
                                                        .setPublished(object))
                                        .build())
                        .getFailure());
    }

    private void evict(Task task) {
        boolean granted =
                server.beginEvict(
                                BeginEvictRequest.newBuilder()
                                        .setWorker(identity)
                                        .addIntents(
                                                EvictIntent.newBuilder()
                                                        .setWorkspaceId(task.getWorkspaceId())
                                                        .setIno(task.getEvict().getIno())
                                                        .setGeneration(
                                                                task.getEvict().getGeneration()))
                                        .build())
                        .getGranted(0);
        EndedTask.Builder ended = EndedTask.newBuilder().setWorkspaceId(task.getWorkspaceId());
        end(
                granted
                        ? ended.setDroppedIno(task.getEvict().getIno())
                        : ended.setEvictRefusedIno(task.getEvict().getIno()));
    }

    private void end(EndedTask.Builder ended) {
        assertEquals(
                FailureKind.FAILURE_NONE,
                server.endTasks(
                                EndTasksRequest.newBuilder()
                                        .setWorker(identity)
                                        .addTasks(ended)
                                        .build())
                        .getFailure());
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
