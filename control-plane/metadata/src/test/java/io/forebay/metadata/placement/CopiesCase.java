package io.forebay.metadata.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.metadata.Rig;
import io.forebay.metadata.admin.PathRules;
import io.forebay.metadata.fsck.Healthy;
import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CopiedFile;
import io.forebay.proto.CopyTask;
import io.forebay.proto.DescribeStagedRequest;
import io.forebay.proto.DurabilityMode;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FinalSize;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.Grant;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict.Decision;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.StagedRef;
import io.forebay.proto.StagedVerdict;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.TaskLane;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Three workers, of which two are to have each file: what each is asked, and what it says. */
abstract class CopiesCase {
    static final long LOST_MILLIS = 31_000;

    final Rig rig = new Rig();
    final long mount = rig.attach("n1");

    @BeforeEach
    void workers() {
        rig.register("w2", "n2");
        rig.register("w3", "n3");
        replicas(2);
    }

    @AfterEach
    void nothingIsOutOfPlace() {
        Healthy.assertMetadata(rig);
    }

    // ---- what workers and the mount do

    void register(String worker, String disk) {
        long epoch =
                rig.metadata
                        .workers()
                        .register(
                                RegisterWorkerRequest.newBuilder()
                                        .setWorkerId(worker)
                                        .setNode(worker.replace('w', 'n'))
                                        .setAddress(worker + ":1")
                                        .setStagingId(disk)
                                        .setCapacityBytes(1L << 40)
                                        .build())
                        .getEpoch();
        rig.epochs.put(worker, epoch);
    }

    void replicas(int count) {
        PathRules.Wish wish = wish(DurabilityMode.DURABILITY_MODE_WRITE_BACK, count);
        rig.metadata.pathRules().set(rig.ws, new byte[0], wish);
    }

    static PathRules.Wish wish(DurabilityMode mode, int replicas) {
        return new PathRules.Wish(mode, OptionalLong.empty(), OptionalInt.of(replicas));
    }

    /** Closed, released, and at another worker. */
    long closedWithCopy(String name) {
        OpenReply open = rig.create(mount, Rig.ROOT, name);
        long ino = open.getAttributes().getIno();
        close(ino, 5);
        CopyTask task = copyTask("w1");
        copied("w1", task, target(task));
        rig.release(mount, ino, open.getOpenSequence());
        rig.clock.advance(1_000);
        return ino;
    }

    NodeReply close(long ino, long size) {
        return commit(ino, size(size));
    }

    NodeReply commit(long ino, FinalSize written) {
        return rig.metadata
                .openFiles()
                .commit(
                        CommitRequest.newBuilder()
                                .setCaller(rig.caller(mount))
                                .setWorkspaceId(rig.ws)
                                .setIno(ino)
                                .setOwner("w1")
                                .setWritten(written)
                                .setStore(true)
                                .setClosed(true)
                                .build());
    }

    FinalSize size(long size) {
        return FinalSize.newBuilder()
                .setSize(size)
                .setMtimeNanos(rig.clock.nanos())
                .setStagedCtimeNanos(rig.clock.nanos())
                .build();
    }

    AwaitStoredReply await(long ino, long asked) {
        try {
            return rig.metadata
                    .storing()
                    .await(
                            AwaitStoredRequest.newBuilder()
                                    .setWorkspaceId(rig.ws)
                                    .setIno(ino)
                                    .setAskedCopies(asked)
                                    .build(),
                            () -> {});
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    List<Task> takeCopies(String worker) {
        return rig.metadata
                .tasks()
                .takeTasks(
                        TakeTasksRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .setLimit(10)
                                .setLane(TaskLane.TASK_LANE_COPIES)
                                .build())
                .getTasksList();
    }

    CopyTask copyTask(String worker) {
        List<Task> tasks = takeCopies(worker);
        assertEquals(1, tasks.size(), tasks::toString);
        return tasks.getFirst().getCopy();
    }

    static String target(CopyTask task) {
        return task.getTargets(0).getWorkerId();
    }

    void copied(String worker, CopyTask task, String... workers) {
        CopiedFile.Builder copied =
                CopiedFile.newBuilder().setIno(task.getIno()).setAsked(task.getAsked());
        copied.addAllWorkers(List.of(workers));
        rig.end(worker, EndedTask.newBuilder().setWorkspaceId(rig.ws).setCopied(copied).build());
    }

    void failed(String worker, CopyTask task, String message) {
        CopiedFile.Builder copied =
                CopiedFile.newBuilder().setIno(task.getIno()).setAsked(task.getAsked());
        copied.addAllFailed(task.getTargetsList().stream().map(Grant::getWorkerId).toList());
        copied.setMessage(message);
        rig.end(worker, EndedTask.newBuilder().setWorkspaceId(rig.ws).setCopied(copied).build());
    }

    /** The others go on while these are silent for longer than a restart takes. */
    void lose(String... workers) {
        RenewRequest renewal =
                RenewRequest.newBuilder().setMountId(mount).setWorkspaceId(rig.ws).build();
        for (int i = 0; i < 8; i++) {
            rig.clock.advance(LOST_MILLIS / 8 + 1);
            rig.metadata.mounts().renew(renewal);
            for (String worker : Set.of("w1", "w2", "w3")) {
                if (!List.of(workers).contains(worker)) {
                    rig.heartbeat(worker);
                }
            }
        }
        rig.tend();
    }

    StagedVerdict staged(String worker, long ino) {
        return rig.metadata
                .stagedFiles()
                .describeStaged(
                        DescribeStagedRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .addFiles(StagedRef.newBuilder().setWorkspaceId(rig.ws).setIno(ino))
                                .build())
                .getVerdicts(0);
    }

    Decision publish(String worker, Task upload) {
        return rig.metadata
                .publication()
                .beginPublish(
                        BeginPublishRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .addIntents(intent(upload))
                                .build())
                .getVerdicts(0)
                .getDecision();
    }

    void upload(String worker) {
        Task task = rig.take(worker).stream().filter(Task::hasUpload).findFirst().orElseThrow();
        assertEquals(Decision.DECISION_GO, publish(worker, task));
        PublishedObject object = PublishedObject.newBuilder().setEtag("etag").setSize(5).build();
        rig.metadata
                .publication()
                .finishPublish(
                        FinishPublishRequest.newBuilder()
                                .setWorker(rig.identity(worker))
                                .addOutcomes(
                                        PublishOutcome.newBuilder()
                                                .setIntent(intent(task))
                                                .setPublished(object))
                                .build());
    }

    PublishIntent intent(Task upload) {
        return PublishIntent.newBuilder()
                .setWorkspaceId(rig.ws)
                .setIno(upload.getUpload().getIno())
                .setGeneration(upload.getUpload().getGeneration())
                .setKey(upload.getUpload().getKey())
                .build();
    }
}
