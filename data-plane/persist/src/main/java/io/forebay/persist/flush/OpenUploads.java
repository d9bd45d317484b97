package io.forebay.persist.flush;

import io.forebay.persist.ListedUpload;
import io.forebay.persist.MultipartUpload;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.proto.AbortedUploads;
import io.forebay.proto.EndedTask;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RemoveObjectTask;
import io.forebay.proto.UploadTask;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Multipart uploads as the control plane knows them: it hears of one before its first part, and of
 * its end. An upload that nobody was told of has no part, then.
 */
final class OpenUploads {
    private static final System.Logger LOG = System.getLogger(OpenUploads.class.getName());

    /** How far the clocks of a store and of the control plane may be apart: S3 allows as much. */
    private static final Duration CLOCKS = Duration.ofMinutes(15);

    /** Shorter than {@code untoldAge} by more than a request of the store may take. */
    private static final Duration BEGIN_WITHIN = Duration.ofMinutes(15);

    private final ControlCalls control;
    private final ObjectStore store;
    private final InstantSource clock;
    private final Duration untoldAge;

    OpenUploads(ControlCalls control, ObjectStore store, InstantSource clock, Duration untoldAge) {
        this.control = control;
        this.store = store;
        this.clock = clock;
        this.untoldAge = untoldAge;
    }

    Instant now() {
        return clock.instant();
    }

    /** Who looks for untold ones does so when none can be begun any more. */
    MultipartUpload begin(Upload upload, Instant started) {
        if (now().isAfter(started.plus(BEGIN_WITHIN))) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The store was away too long; tried again.");
        }
        return store.begin(upload.target(), upload.metadata());
    }

    /** An upload was begun; its parts may follow once this has returned. */
    void tell(Upload upload, MultipartUpload begun) {
        UploadTask.Builder work = upload.work().toBuilder().setUploadId(begun.id());
        control.end(ended(upload).setBegunUpload(work).build());
    }

    /** A try has ended without one, or goes on with what was there. */
    void unbegun(Upload upload) {
        UploadTask work = upload.work();
        if (work.getAllowedMillis() != 0) {
            report(ended(upload).setUnbegunUpload(work).build());
        }
    }

    /** A leftover costs space and nothing else, so that a failure here fails nothing. */
    void abort(Upload upload, List<String> ids) {
        List<String> gone = new ArrayList<>();
        for (String id : ids) {
            try {
                abort(upload.target(), id);
                gone.add(id);
            } catch (ForebayException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "a multipart upload was left, and is aborted later upload={0} cause={1}",
                        id,
                        e.getMessage());
            }
        }
        if (!gone.isEmpty()) {
            AbortedUploads.Builder aborted =
                    AbortedUploads.newBuilder()
                            .setKey(upload.work().getKey())
                            .addAllUploadIds(gone);
            report(ended(upload).setAbortedUploads(aborted).build());
        }
    }

    /** A part that was on its way meanwhile may have been kept: S3 says to look. */
    void abort(ObjectRef target, String id) {
        MultipartUpload upload = new MultipartUpload(target, id);
        store.abort(upload);
        if (!store.listParts(upload).isEmpty()) {
            store.abort(upload);
        }
    }

    /**
     * Aborts uploads that workers began who died before they could tell. They are recognised by
     * their key, their time, and because no part was ever sent; whether it is time to look.
     */
    boolean abortUntold(ObjectRef target, RemoveObjectTask work) {
        Instant until = Instant.ofEpochMilli(work.getUntoldUntilMillis());
        if (clock.instant().isBefore(until.plus(untoldAge))) {
            return false;
        }
        Instant since = Instant.ofEpochMilli(work.getUntoldSinceMillis());
        for (ListedUpload each : store.listUploads(target)) {
            boolean ofThen =
                    !each.begun().isBefore(since.minus(CLOCKS))
                            && !each.begun().isAfter(until.plus(CLOCKS));
            boolean known = work.getKnownUploadsList().contains(each.upload().id());
            if (ofThen && !known && store.listParts(each.upload()).isEmpty()) {
                store.abort(each.upload());
            }
        }
        return true;
    }

    /** The control plane asks again for what it did not hear of. */
    private void report(EndedTask ended) {
        try {
            control.end(ended);
        } catch (ForebayException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the control plane was not told of uploads cause={0}",
                    e.getMessage());
        }
    }

    private static EndedTask.Builder ended(Upload upload) {
        return EndedTask.newBuilder().setWorkspaceId(upload.task().getWorkspaceId());
    }
}
