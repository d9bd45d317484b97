package io.forebay.metadata;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.PublishFailure;
import io.forebay.proto.PublishOutcome;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.SeenObject;
import io.forebay.proto.UnknownPut;
import io.forebay.proto.UploadTask;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A bucket with conditional puts. An object says whose it is, as ours do by their metadata. */
public final class Bucket {
    public final TreeMap<String, Stored> objects = new TreeMap<>();
    private long begun;

    /** A request that was allowed does not arrive later than that; a look at the key may. */
    static final long LATE_MILLIS = Limits.LATE_WRITE_MILLIS - 120_000;

    private final TreeMap<Long, List<Runnable>> underWay = new TreeMap<>();

    /** The objects that workers put, by etag. */
    public final Set<String> ours = new HashSet<>();

    /** What each object had that ever was there, by etag. */
    public final Map<String, String> history = new HashMap<>();

    /** What it tells of objects, by key. */
    public Map<String, String> checksums = Map.of();

    /** Foreign objects that a person has given up, by etag. */
    public final Set<String> givenUp = new HashSet<>();

    /** Multipart uploads that were begun and are neither completed nor aborted: their keys. */
    public final TreeMap<String, String> uploads = new TreeMap<>();

    public String begin(String key) {
        String id = "u" + ++begun;
        uploads.put(id, key);
        return id;
    }

    public record Stored(String etag, long ino, long generation, String content) {
        public boolean is(long otherIno, long otherGeneration) {
            return ino == otherIno && generation == otherGeneration;
        }

        public boolean foreign() {
            return ino == 0;
        }
    }

    /** Puts if the key holds this object, or none where the etag is empty; null: it does not. */
    @Nullable Stored putIf(String key, String etag, Stored object, String form) {
        Stored old = objects.get(key);
        if (!(old == null ? "" : old.etag()).equals(etag)) {
            return null;
        }
        assertTrue(
                old == null || !old.foreign() || givenUp.contains(old.etag()),
                "I6: a put overwrote a foreign object at " + key);
        Stored stored = stored(object, form);
        objects.put(key, stored);
        return stored;
    }

    /** What a worker does with the object of a file that is gone; false: it is another one. */
    boolean remove(RemoveObjectTask work) {
        Stored there = objects.get(work.getKey());
        if (there == null) {
            return true;
        }
        boolean ours = isOurs(work, there);
        if (ours) {
            delete(work.getKey(), there.etag());
        }
        return ours;
    }

    private static boolean isOurs(RemoveObjectTask work, Stored there) {
        return there.etag().equals(work.getExpectedEtag())
                || known(work.getUnknownPutsList(), there);
    }

    private void delete(String key, String etag) {
        Stored there = objects.get(key);
        if (there != null && there.etag().equals(etag)) {
            assertFalse(
                    there.foreign() && !givenUp.contains(there.etag()),
                    "I6: a foreign object was deleted");
            objects.remove(key);
        }
    }

    static boolean known(List<UnknownPut> puts, Stored there) {
        return puts.stream().anyMatch(put -> there.is(put.getIno(), put.getGeneration()));
    }

    boolean untoldAreGone(RemoveObjectTask work, long nowMillis) {
        long until = work.getUntoldUntilMillis();
        if (until != 0 && nowMillis < until + SimWorker.UNTOLD_MILLIS) {
            return false;
        }
        if (until != 0) {
            uploads.entrySet()
                    .removeIf(each ->
                            each.getValue().equals(work.getKey())
                                    && !work.getKnownUploadsList().contains(each.getKey()));
        }
        return true;
    }

    /** A request is on its way, and arrives then. */
    void later(long millis, Runnable request) {
        underWay.computeIfAbsent(millis, _ -> new ArrayList<>()).add(request);
    }

    /** The store does what has arrived by then. */
    public void arrive(long nowMillis) {
        while (!underWay.isEmpty() && underWay.firstKey() <= nowMillis) {
            underWay.pollFirstEntry().getValue().forEach(Runnable::run);
        }
    }

    /** One put or completion, on the condition that its worker was given. */
    Runnable request(SimWorker.Job job) {
        UploadTask work = job.task.getUpload();
        Stored source = objects.get(work.getCopyFrom().getKey());
        String content = work.hasCopyFrom() && source != null ? source.content() : job.content;
        boolean changed = source == null || !source.etag().equals(work.getCopyFrom().getEtag());
        if (work.hasCopyFrom() && changed) {
            return () -> {};
        }
        Stored object = new Stored("", work.getIno(), work.getGeneration(), content);
        return () -> {
            boolean whole = job.uploadId.isEmpty();
            if (whole || uploads.containsKey(job.uploadId)) {
                Stored put =
                        putIf(work.getKey(), job.verdict.getExpectedEtag(), object, job.form());
                if (put != null) {
                    uploads.remove(job.uploadId);
                }
            }
        };
    }

    /** The write itself, as a real worker does it with a condition and a look. */
    PublishOutcome.Builder write(SimWorker.Job job, UploadTask work) {
        PublishOutcome.Builder outcome = PublishOutcome.newBuilder();
        if (work.hasCopyFrom()) {
            Stored source = objects.get(work.getCopyFrom().getKey());
            if (source == null || !source.etag().equals(work.getCopyFrom().getEtag())) {
                return outcome.setFailed(
                        PublishFailure.newBuilder()
                                .setMessage("source changed")
                                .setOutcomeKnown(true));
            }
            job.content = source.content();
        }
        assertFalse(
                job.verdict.getDecision() != PublishVerdict.Decision.DECISION_GO, "put without GO");
        if (!job.uploadId.isEmpty() && !uploads.containsKey(job.uploadId)) {
            return outcome.setFailed(
                    PublishFailure.newBuilder().setMessage("upload gone").setOutcomeKnown(true));
        }
        Stored object = new Stored("", work.getIno(), work.getGeneration(), job.content);
        String etag = job.verdict.getExpectedEtag();
        if (job.verdict.getAvoidEtagsList().contains(etag(job.content, job.form()))) {
            return outcome.setFailed(
                    PublishFailure.newBuilder().setMessage("avoided").setOutcomeKnown(true));
        }
        for (int i = 0; i < 3; i++) {
            Stored put = putIf(work.getKey(), etag, object, job.form());
            if (put != null) {
                uploads.remove(job.uploadId);
                return published(outcome, put);
            }
            Stored there = objects.get(work.getKey());
            if (there != null && there.is(work.getIno(), work.getGeneration())) {
                return published(outcome, there); // an earlier try made it
            }
            if (there == null || !known(job.verdict.getUnknownPutsList(), there)) {
                return outcome.setConflict(true).setSeen(seen(there));
            }
            etag = there.etag();
        }
        throw new AssertionError("a key that changes all the time");
    }

    private static SeenObject seen(@Nullable Stored there) {
        return there == null
                ? SeenObject.getDefaultInstance()
                : SeenObject.newBuilder()
                        .setThere(true)
                        .setEtag(there.etag())
                        .setSize(there.content().length())
                        .build();
    }

    private static PublishOutcome.Builder published(PublishOutcome.Builder outcome, Stored put) {
        return outcome.setPublished(
                PublishedObject.newBuilder().setEtag(put.etag()).setSize(put.content().length()));
    }

    /** One delete, of what its worker saw. */
    Runnable removal(RemoveObjectTask work) {
        Stored there = objects.get(work.getKey());
        return there == null || !isOurs(work, there)
                ? () -> {}
                : () -> delete(work.getKey(), there.etag());
    }

    public String content(String key) {
        Stored stored = objects.get(key);
        return stored == null ? "none" : stored.content();
    }

    public void putForeign(String key, String content) {
        objects.put(key, stored(new Stored("", 0, 0, content), ""));
    }

    private Stored stored(Stored object, String form) {
        String etag = etag(object.content(), form);
        history.put(etag, object.content());
        if (!object.foreign()) {
            ours.add(etag);
        }
        return new Stored(etag, object.ino(), object.generation(), object.content());
    }

    /** As in S3, the same bytes have the same, if they came in the same form. */
    static String etag(String content, String form) {
        return "e:" + content + form;
    }
}
