package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.metadata.Bucket.Stored;
import io.forebay.metadata.fsck.Answers;
import io.forebay.proto.AbortedUploads;
import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.BeginPublishReply;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.Claims;
import io.forebay.proto.EndedTask;
import io.forebay.proto.EvictIntent;
import io.forebay.proto.FailedUpload;
import io.forebay.proto.FinishPublishRequest;
import io.forebay.proto.ObjectSource;
import io.forebay.proto.PublishFailure;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.RemovedObject;
import io.forebay.proto.SettledFile;
import io.forebay.proto.TakeTasksRequest;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A worker whose tasks advance one step at a time, in any order, and that loses replies and
 * crashes. What it has staged survives its crashes.
 */
public final class SimWorker {
    private static final int LATER_MAX = 5;
    private static final int TASKS_MAX = 100;
    static final long UNTOLD_MILLIS = 20_000;
    private static final String CHANGED = "changed";

    private final Rig rig;
    private final Bucket bucket;
    private final Random random;
    public final String id;
    final String node;
    public final Map<Long, Staged> staged = new HashMap<>();
    public final List<Job> jobs = new ArrayList<>();

    /** Calls that the worker waits for no more, and that arrive nevertheless. */
    private final List<Runnable> late = new ArrayList<>();

    private long tries;

    /** Whether replies are lost and steps fail. */
    public boolean faulty = true;

    /** Whether nobody else changes what is in the bucket. */
    public boolean alone = true;

    public SimWorker(Rig rig, Bucket bucket, Random random, String id, String node) {
        this.rig = rig;
        this.bucket = bucket;
        this.random = random;
        this.id = id;
        this.node = node;
    }

    public record Staged(String content, long mtime) {}

    public static final class Job {
        final Task task;
        final long number;
        long since;
        int step;
        int later;
        String content = "";
        String uploadId = "";
        PublishVerdict verdict = PublishVerdict.getDefaultInstance();
        PublishOutcome.@Nullable Builder outcome;
        boolean over;

        Job(Task task, long number) {
            this.task = task;
            this.number = number;
        }

        /** What the etag of its object ends with. */
        String form() {
            return uploadId.isEmpty() ? "" : "-1";
        }
    }

    /** Whether what a grant says is in the bucket is there. */
    public boolean canOpen(Claims claims) {
        Stored object = bucket.objects.get(claims.getSource().getKey());
        return claims.getTruncate()
                || staged.containsKey(claims.getIno())
                || !claims.hasSource()
                || (object != null && object.etag().equals(claims.getSource().getEtag()));
    }

    /** What a mount does with a grant: the file is there afterwards. */
    public void open(Claims claims) {
        assertEquals(id, claims.getWorkerId());
        if (claims.getTruncate()) {
            staged.put(claims.getIno(), new Staged("", 1));
        } else if (!staged.containsKey(claims.getIno())) {
            if (claims.hasSource()) {
                ObjectSource source = claims.getSource();
                Stored object = bucket.objects.get(source.getKey());
                assertNotNull(object, "I5: the only copy is gone: " + source.getKey());
                assertEquals(source.getEtag(), object.etag(), "I5: the only copy was replaced");
                staged.put(claims.getIno(), new Staged(object.content(), 1));
            } else {
                assertTrue(claims.getCreate(), "I5: nobody has the bytes");
                staged.put(claims.getIno(), new Staged("", 1));
            }
        }
    }

    public String content(long ino) {
        return staged.getOrDefault(ino, new Staged("none", 0)).content();
    }

    public void crash() {
        for (Job job : jobs) {
            if (job.task.hasUpload() && job.step == 2) {
                perhaps(job);
            }
            if (job.task.hasRemoveObject() && !job.task.getRemoveObject().getUploadsOnly()) {
                RemoveObjectTask work = job.task.getRemoveObject();
                switch (random.nextInt(3)) {
                    case 0 -> bucket.remove(work);
                    case 1 -> bucket.later(arrival(job), bucket.removal(work));
                    default -> {}
                }
            }
        }
        jobs.clear();
        tries = 0;
        rig.register(id, node);
    }

    /** Its put is done, or not, or is yet to come. */
    private void perhaps(Job job) {
        switch (random.nextInt(3)) {
            case 0 -> bucket.write(job, job.task.getUpload());
            case 1 -> bucket.later(arrival(job), bucket.request(job));
            default -> {}
        }
    }

    private long arrival(Job job) {
        long most = random.nextBoolean() ? 5_000 : Bucket.LATE_MILLIS;
        return job.since + random.nextLong(most);
    }

    /** One that comes again is not begun a second time beside the first. */
    public void take() {
        TakeTasksRequest request =
                TakeTasksRequest.newBuilder()
                        .setWorker(rig.identity(id))
                        .setLimit(TASKS_MAX)
                        .setOldestTry(oldestTry())
                        .build();
        for (Task task : rig.metadata.tasks().takeTasks(request).getTasksList()) {
            if (jobs.stream().noneMatch(job -> same(job.task, task))) {
                Job job = new Job(task, ++tries);
                job.since = rig.clock.millis();
                jobs.add(job);
            }
        }
    }

    /** It is not at any try before it any more. */
    private long oldestTry() {
        return jobs.stream().mapToLong(job -> job.number).min().orElse(tries + 1);
    }

    /** Does all that is due, and what comes of it. */
    public void drain() {
        for (int i = 0; i < 100; i++) {
            take();
            if (jobs.isEmpty()) {
                return;
            }
            for (int steps = 0; !jobs.isEmpty() && steps < 10_000; steps++) {
                step();
            }
        }
        throw new AssertionError("work without an end");
    }

    private static boolean same(Task task, Task other) {
        UploadTask work = task.getUpload();
        UploadTask otherWork = other.getUpload();
        return task.hasUpload()
                ? other.hasUpload()
                        && otherWork.getIno() == work.getIno()
                        && otherWork.getGeneration() == work.getGeneration()
                        && otherWork.getKey().equals(work.getKey())
                : task.hasRemoveObject()
                        && other.hasRemoveObject()
                        && other.getRemoveObject().getKey().equals(task.getRemoveObject().getKey());
    }

    public void step() {
        if (!late.isEmpty() && random.nextInt(4) == 0) {
            late.remove(random.nextInt(late.size())).run();
        }
        if (!jobs.isEmpty()) {
            Job job = jobs.get(random.nextInt(jobs.size()));
            if (job.task.hasUpload()) {
                upload(job, job.task.getUpload());
            } else {
                other(job);
                job.over = true;
            }
            jobs.removeIf(each -> each.over);
        }
    }

    private boolean lost() {
        return faulty && random.nextInt(8) == 0;
    }

    /** The worker gives a call up, which arrives late or never. */
    private boolean givenUp(Runnable call) {
        if (faulty && random.nextInt(12) == 0) {
            if (random.nextBoolean()) {
                late.add(call);
            }
            return true;
        }
        return false;
    }

    private void upload(Job job, UploadTask work) {
        switch (job.step) {
            case 0 -> read(job, work);
            case 1 -> begin(job, work);
            case 2 -> put(job, work);
            default -> finish(job);
        }
    }

    private void read(Job job, UploadTask work) {
        aborted(work.getKey(), work.getAbortUploadsList());
        if (work.hasCopyFrom()) {
            parts(job, work);
            return;
        }
        Staged file = staged.get(work.getIno());
        if (file == null || (faulty && random.nextInt(10) == 0)) {
            fail(job, work, "cannot read");
            return;
        }
        if (work.getStagedCtimeNanos() != 0 && work.getStagedCtimeNanos() != file.mtime()) {
            fail(job, work, CHANGED);
            return;
        }
        job.content = file.content();
        if (random.nextInt(3) == 0) {
            parts(job, work);
        } else {
            job.step = 1;
            unbegun(work);
        }
    }

    private void aborted(String key, List<String> ids) {
        ids.forEach(bucket.uploads::remove);
        if (!ids.isEmpty() && !lost()) {
            AbortedUploads.Builder aborted =
                    AbortedUploads.newBuilder().setKey(key).addAllUploadIds(ids);
            rig.end(id, ended().setAbortedUploads(aborted).build());
        }
    }

    /** What goes in parts goes on with those that are there; or a multipart upload is begun. */
    private void parts(Job job, UploadTask work) {
        job.step = 1;
        if (bucket.uploads.containsKey(work.getUploadId())) {
            job.uploadId = work.getUploadId();
            unbegun(work);
            return;
        }
        boolean noted = work.getAllowedMillis() != 0;
        if (noted && rig.clock.millis() > work.getAllowedMillis() + UNTOLD_MILLIS / 2) {
            fail(job, work, "too late to begin");
            return;
        }
        job.uploadId = bucket.begin(work.getKey());
        if (noted && lost()) {
            job.over = true; // it dies before it can tell
        } else {
            UploadTask.Builder begun = work.toBuilder().setUploadId(job.uploadId);
            rig.end(id, ended().setBegunUpload(begun).build());
        }
    }

    private void unbegun(UploadTask work) {
        if (work.getAllowedMillis() != 0 && !lost()) {
            rig.end(id, ended().setUnbegunUpload(work).build());
        }
    }

    private EndedTask.Builder ended() {
        return EndedTask.newBuilder().setWorkspaceId(rig.ws);
    }

    private void fail(Job job, UploadTask work, String message) {
        job.over = true;
        rig.end(
                id,
                EndedTask.newBuilder()
                        .setWorkspaceId(rig.ws)
                        .setFailedUpload(
                                FailedUpload.newBuilder()
                                        .setIno(work.getIno())
                                        .setGeneration(work.getGeneration())
                                        .setChanged(message.equals(CHANGED))
                                        .setMessage(message))
                        .build());
    }

    private PublishIntent intent(Job job, UploadTask work) {
        return PublishIntent.newBuilder()
                .setWorkspaceId(rig.ws)
                .setIno(work.getIno())
                .setGeneration(work.getGeneration())
                .setKey(work.getKey())
                .setUploadId(job.uploadId)
                .setTry(job.number)
                .build();
    }

    private void begin(Job job, UploadTask work) {
        BeginPublishRequest request =
                BeginPublishRequest.newBuilder()
                        .setWorker(rig.identity(id))
                        .addIntents(intent(job, work))
                        .setOldestTry(oldestTry())
                        .build();
        if (givenUp(() -> rig.metadata.publication().beginPublish(request))) {
            fail(job, work, "no answer");
            return;
        }
        BeginPublishReply reply = rig.metadata.publication().beginPublish(request);
        if (lost()) {
            return;
        }
        job.verdict = reply.getVerdicts(0);
        switch (job.verdict.getDecision()) {
            case DECISION_GO -> {
                job.step = 2;
                job.since = rig.clock.millis();
            }
            case DECISION_LATER -> {
                if (++job.later > LATER_MAX) {
                    fail(job, work, "busy");
                }
            }
            default -> {
                job.over = true;
                leave(job, work);
            }
        }
    }

    private void leave(Job job, UploadTask work) {
        if (!job.uploadId.isEmpty()) {
            aborted(work.getKey(), List.of(job.uploadId));
            job.uploadId = "";
        }
    }

    private void put(Job job, UploadTask work) {
        PublishOutcome.Builder outcome = PublishOutcome.newBuilder();
        if (faulty && random.nextInt(8) == 0) {
            perhaps(job);
            outcome.setFailed(PublishFailure.newBuilder().setMessage("no answer"));
        } else {
            outcome.mergeFrom(bucket.write(job, work).buildPartial());
            if (outcome.hasPublished() && bucket.uploads.containsKey(job.uploadId)) {
                leave(job, work); // an earlier try made it
            }
        }
        job.outcome = outcome.setIntent(intent(job, work));
        job.step = 3;
    }

    private void finish(Job job) {
        assertNotNull(job.outcome);
        FinishPublishRequest request =
                FinishPublishRequest.newBuilder()
                        .setWorker(rig.identity(id))
                        .addOutcomes(job.outcome)
                        .build();
        job.over = givenUp(() -> rig.metadata.publication().finishPublish(request));
        if (job.over) {
            return;
        }
        rig.metadata.publication().finishPublish(request);
        if (job.outcome.getConflict()) {
            leave(job, job.task.getUpload());
        }
        job.over = !lost();
    }

    private void other(Job job) {
        EndedTask.Builder ended = EndedTask.newBuilder().setWorkspaceId(rig.ws);
        switch (job.task.getWorkCase()) {
            case REMOVE_OBJECT -> {
                RemoveObjectTask work = job.task.getRemoveObject();
                RemovedObject.Builder removed = RemovedObject.newBuilder().setKey(work.getKey());
                removed.setUploadsOnly(work.getUploadsOnly());
                work.getAbortUploadsList().forEach(bucket.uploads::remove);
                removed.addAllAbortedUploads(work.getAbortUploadsList());
                removed.setUntoldUntilMillis(work.getUntoldUntilMillis());
                if (work.getUploadsOnly()) {
                    removed.setDone(!lost() && bucket.untoldAreGone(work, rig.clock.millis()));
                } else if (!lost()) {
                    boolean done = bucket.remove(work);
                    removed.setDone(done).setConflict(!done);
                }
                ended.setRemovedObject(removed);
            }
            case DROP_STAGED -> {
                staged.remove(job.task.getDropStaged().getIno());
                ended.setDroppedIno(job.task.getDropStaged().getIno());
            }
            case EVICT -> {
                evict(job.task.getEvict().getIno(), job.task.getEvict().getGeneration());
                return;
            }
            case SETTLE -> ended.setSettled(settle(job.task));
            case DROP_COPY -> {
                staged.remove(job.task.getDropCopy().getIno());
                ended.setDroppedCopyIno(job.task.getDropCopy().getIno());
            }
            case CHECK -> ended.setChecked(Answers.of(job.task.getCheck(), staged, bucket));
            default -> throw new AssertionError(job.task.toString());
        }
        if (!lost()) {
            rig.end(id, ended.build());
        }
    }

    private SettledFile settle(Task task) {
        long ino = task.getSettle().getIno();
        Staged file = staged.get(ino);
        SettledFile.Builder settled =
                SettledFile.newBuilder()
                        .setIno(ino)
                        .setGeneration(task.getSettle().getGeneration());
        if (file != null) {
            settled.setPresent(true).setSize(file.content().length()).setMtimeNanos(file.mtime());
        }
        return settled.build();
    }

    public void evictSome() {
        List.copyOf(staged.keySet()).stream()
                .filter(_ -> random.nextInt(3) == 0)
                .forEach(ino -> evict(ino, rig.attributes(ino).getGeneration()));
    }

    public void evict(long ino, long generation) {
        boolean granted =
                rig.metadata
                        .stagedFiles()
                        .beginEvict(
                                BeginEvictRequest.newBuilder()
                                        .setWorker(rig.identity(id))
                                        .addIntents(
                                                EvictIntent.newBuilder()
                                                        .setWorkspaceId(rig.ws)
                                                        .setIno(ino)
                                                        .setGeneration(generation))
                                        .build())
                        .getGranted(0);
        Staged file = staged.get(ino);
        if (granted && file != null) {
            assertTrue(
                    !alone
                            || bucket.objects.values().stream()
                                    .anyMatch(each ->
                                            each.is(ino, generation)
                                                    && each.content().equals(file.content())),
                    "I5: dirty bytes were evicted");
            staged.remove(ino);
        }
    }
}
