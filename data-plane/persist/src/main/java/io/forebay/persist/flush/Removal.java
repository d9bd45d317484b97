package io.forebay.persist.flush;

import io.forebay.persist.ObjectMetadata;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.RemoveResult;
import io.forebay.persist.StoredObject;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.RemovedObject;
import io.forebay.proto.Task;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Takes an object from the bucket, and before it the uploads that could still make one. */
final class Removal {
    private static final Duration WITHIN = Duration.ofMillis(Limits.WRITE_WITHIN_MILLIS);

    private final ObjectStore store;
    private final OpenUploads uploads;

    Removal(ObjectStore store, OpenUploads uploads) {
        this.store = store;
        this.uploads = uploads;
    }

    /** What is to be told of it. */
    RemovedObject run(Task task) {
        RemoveObjectTask work = task.getRemoveObject();
        Instant asked = uploads.now();
        ObjectRef object = ObjectRef.of(task.getLocation(), work.getKey());
        RemovedObject.Builder result =
                RemovedObject.newBuilder()
                        .setKey(work.getKey())
                        .setUploadsOnly(work.getUploadsOnly())
                        .addAllAbortedUploads(work.getAbortUploadsList());
        try {
            work.getAbortUploadsList().forEach(id -> uploads.abort(object, id));
            if (work.getUploadsOnly()) {
                return uploadsOnly(object, work, result);
            }
            RemoveResult removed = removeOurs(work, object, asked);
            result.setDone(removed == RemoveResult.GONE);
            if (removed == RemoveResult.CHANGED) {
                result.setConflict(true)
                        .setMessage("Somebody else wrote this object; it was left alone.");
            }
        } catch (ForebayException e) {
            result.setMessage(e.getMessage());
        }
        return result.build();
    }

    private RemovedObject uploadsOnly(
            ObjectRef object, RemoveObjectTask work, RemovedObject.Builder result) {
        boolean untold = work.getUntoldUntilMillis() != 0;
        result.setDone(!untold || uploads.abortUntold(object, work));
        return result.setUntoldUntilMillis(work.getUntoldUntilMillis()).build();
    }

    /** The object that we know, or one that a put of unknown outcome of ours left. */
    private RemoveResult removeOurs(RemoveObjectTask work, ObjectRef object, Instant asked) {
        Optional<StoredObject> there = store.head(object);
        if (there.isEmpty()) {
            return RemoveResult.GONE;
        }
        String etag = there.get().etag();
        boolean ours =
                etag.equals(work.getExpectedEtag())
                        || work.getUnknownPutsList().stream()
                                .anyMatch(put ->
                                        ObjectMetadata.names(
                                                there.get().metadata(),
                                                put.getIno(),
                                                put.getGeneration()));
        if (ours && uploads.now().isAfter(asked.plus(WITHIN))) {
            throw new ForebayException(
                    FailureKind.FAILURE_BUSY, "The store was away too long; tried again.");
        }
        return ours ? store.remove(object, etag) : RemoveResult.CHANGED;
    }
}
