package io.forebay.persist.flush;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.forebay.proto.BucketLocation;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailedUpload;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ObjectSource;
import io.forebay.proto.PublishIntent;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.Task;
import io.forebay.proto.UnknownPut;
import io.forebay.proto.UploadTask;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A control plane in miniature: newest generation per file, last etag per key, marks, and failed
 * uploads that are handed out again at once. Guarded by its monitor.
 */
final class FakeControl implements FlushControl {
    static final BucketLocation LOCATION =
            BucketLocation.newBuilder().setBucket("bucket").setPrefix("p/").build();
    private static final long WAIT_SECONDS = 30;

    final List<EndedTask> ended = new ArrayList<>();
    final List<PublishOutcome> outcomes = new ArrayList<>();
    final List<Integer> batches = new ArrayList<>();
    private final Deque<Task> queue = new ArrayDeque<>();
    private final Map<Long, UploadTask> newest = new HashMap<>();
    private final Map<String, String> etags = new HashMap<>();
    private final Map<String, String> resumable = new HashMap<>();
    private final Set<Long> clean = new HashSet<>();
    private final Set<Long> conflicts = new HashSet<>();
    private final Set<String> maybeDone = new HashSet<>();
    private final Map<String, Set<UnknownPut>> unknown = new HashMap<>();
    private final Map<String, String> marks = new HashMap<>();
    private final Map<String, Set<String>> avoided = new HashMap<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private int laters;
    private int unbegun;
    private final Set<String> told = new HashSet<>();
    private boolean retry = true;
    private boolean deaf;
    private long oldestTry;

    /** The file is this generation from now on; earlier ones are stale. */
    synchronized void newGeneration(UploadTask task) {
        newest.put(task.getIno(), task);
        clean.remove(task.getIno());
    }

    synchronized void enqueue(UploadTask task) {
        newGeneration(task);
        enqueue(task(task));
    }

    synchronized void enqueue(Task task) {
        queue.add(task.toBuilder().setWorkspaceId(7).setLocation(LOCATION).build());
        notifyAll();
    }

    synchronized void knows(String key, String etag) {
        etags.put(key, etag);
    }

    synchronized void unknownPut(String key, UnknownPut put) {
        unknown.computeIfAbsent(key, each -> new HashSet<>()).add(put);
    }

    /** Multipart uploads that were begun, and not aborted or completed. */
    synchronized Set<String> told() {
        return Set.copyOf(told);
    }

    /** Tries that came to no multipart upload where one was expected. */
    synchronized int unbegun() {
        return unbegun;
    }

    /** A late request may name this etag. */
    synchronized void avoids(String key, String etag) {
        avoided.put(key, Set.of(etag));
    }

    /** The next so many questions are answered with "later". */
    synchronized void busyFor(int questions) {
        laters = questions;
    }

    synchronized void doNotRetry() {
        retry = false;
    }

    /** Reports do not arrive any more. */
    synchronized void deafen() {
        deaf = true;
    }

    /** As the engine said last. */
    synchronized long oldestTry() {
        return oldestTry;
    }

    synchronized String etag(String key) {
        return etags.getOrDefault(key, "");
    }

    synchronized boolean isClean(long ino) {
        return clean.contains(ino);
    }

    synchronized boolean isConflict(long ino) {
        return conflicts.contains(ino);
    }

    synchronized PublishedObject lastPublished() {
        return outcomes.getLast().getPublished();
    }

    static Task task(UploadTask upload) {
        return Task.newBuilder().setUpload(upload).build();
    }

    static UploadTask upload(long ino, long generation, long size) {
        return UploadTask.newBuilder()
                .setIno(ino)
                .setGeneration(generation)
                .setKey("file-" + ino)
                .setSize(size)
                .setMode(0644)
                .build();
    }

    static UploadTask copy(UploadTask to, String key, String etag) {
        return to.toBuilder()
                .setCopyFrom(
                        ObjectSource.newBuilder().setKey(key).setEtag(etag).setSize(to.getSize()))
                .build();
    }

    synchronized void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("waited too long; outcomes=" + outcomes + " ended=" + ended);
            }
            doWait(20);
        }
    }

    @Override
    public synchronized List<Task> takeTasks(int limit, Duration wait, long oldestTry) {
        this.oldestTry = oldestTry;
        if (queue.isEmpty()) {
            doWait(Math.max(1, Math.min(50, wait.toMillis())));
        }
        List<Task> taken = new ArrayList<>();
        while (taken.size() < limit && !queue.isEmpty()) {
            taken.add(queue.remove());
        }
        return taken;
    }

    @Override
    public synchronized List<PublishVerdict> beginPublish(
            List<PublishIntent> intents, long oldestTry) {
        batches.add(intents.size());
        intents.forEach(intent -> assertTrue(oldestTry <= intent.getTry(), "it is at this one"));
        return intents.stream().map(this::verdict).toList();
    }

    private PublishVerdict verdict(PublishIntent intent) {
        PublishVerdict.Builder verdict = PublishVerdict.newBuilder();
        UploadTask wanted = newest.get(intent.getIno());
        if (wanted == null || wanted.getGeneration() != intent.getGeneration()) {
            return verdict.setDecision(PublishVerdict.Decision.DECISION_STALE).build();
        }
        String marked = marks.getOrDefault(intent.getKey(), mark(intent));
        if (laters > 0 || !marked.equals(mark(intent))) {
            laters = Math.max(0, laters - 1);
            return verdict.setDecision(PublishVerdict.Decision.DECISION_LATER).build();
        }
        marks.put(intent.getKey(), mark(intent));
        return verdict.setDecision(PublishVerdict.Decision.DECISION_GO)
                .setExpectedEtag(etag(intent.getKey()))
                .setMaybeDone(maybeDone.contains(mark(intent)))
                .addAllAvoidEtags(avoided.getOrDefault(intent.getKey(), Set.of()))
                .addAllUnknownPuts(List.copyOf(unknown.getOrDefault(intent.getKey(), Set.of())))
                .build();
    }

    @Override
    public synchronized void finishPublish(List<PublishOutcome> finished) {
        if (deaf) {
            throw new ForebayException(FailureKind.FAILURE_INVALID, "a report that is not taken");
        }
        for (PublishOutcome outcome : finished) {
            outcomes.add(outcome);
            PublishIntent intent = outcome.getIntent();
            marks.remove(intent.getKey(), mark(intent));
            switch (outcome.getResultCase()) {
                case PUBLISHED -> {
                    told.remove(intent.getUploadId());
                    etags.put(intent.getKey(), outcome.getPublished().getEtag());
                    unknown.remove(intent.getKey());
                    if (isNewest(intent.getIno(), intent.getGeneration())) {
                        clean.add(intent.getIno());
                    }
                }
                case CONFLICT -> conflicts.add(intent.getIno());
                case FAILED -> {
                    if (!outcome.getFailed().getOutcomeKnown()) {
                        maybeDone.add(mark(intent));
                        unknown.computeIfAbsent(intent.getKey(), key -> new HashSet<>())
                                .add(
                                        UnknownPut.newBuilder()
                                                .setIno(intent.getIno())
                                                .setGeneration(intent.getGeneration())
                                                .build());
                    }
                    resumable.put(mark(intent), intent.getUploadId());
                    again(intent.getIno(), intent.getGeneration());
                }
                case RESULT_NOT_SET -> fail("an outcome without a result");
            }
        }
        notifyAll();
    }

    @Override
    public synchronized void endTasks(List<EndedTask> tasks) {
        for (EndedTask task : tasks) {
            if (task.hasBegunUpload()) {
                UploadTask begun = task.getBegunUpload();
                resumable.put(begun.getIno() + "/" + begun.getGeneration(), begun.getUploadId());
                told.add(begun.getUploadId());
                continue;
            }
            if (task.hasAbortedUploads()) {
                told.removeAll(task.getAbortedUploads().getUploadIdsList());
                continue;
            }
            if (task.hasUnbegunUpload()) {
                unbegun++;
                continue;
            }
            ended.add(task);
            if (task.hasPausedUpload()) {
                UploadTask paused = task.getPausedUpload();
                resumable.put(paused.getIno() + "/" + paused.getGeneration(), paused.getUploadId());
            }
            if (task.hasFailedUpload()) {
                FailedUpload failed = task.getFailedUpload();
                again(failed.getIno(), failed.getGeneration());
            }
        }
        notifyAll();
    }

    private void again(long ino, long generation) {
        UploadTask wanted = newest.get(ino);
        if (retry && wanted != null && wanted.getGeneration() == generation) {
            String id = resumable.getOrDefault(ino + "/" + generation, "");
            int attempt = attempts.merge(ino + "/" + generation, 1, Integer::sum);
            enqueue(
                    Task.newBuilder()
                            .setAttempt(attempt)
                            .setUpload(wanted.toBuilder().setUploadId(id))
                            .build());
        }
    }

    private boolean isNewest(long ino, long generation) {
        UploadTask wanted = newest.get(ino);
        return wanted != null && wanted.getGeneration() == generation;
    }

    private static String mark(PublishIntent intent) {
        return intent.getIno() + "/" + intent.getGeneration();
    }

    @SuppressWarnings("WaitNotInLoop") // the callers loop, or take an early end for no news
    private void doWait(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
