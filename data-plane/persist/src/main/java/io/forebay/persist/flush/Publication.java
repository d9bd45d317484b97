package io.forebay.persist.flush;

import io.forebay.persist.Condition;
import io.forebay.persist.ObjectMetadata;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.StoredObject;
import io.forebay.persist.WriteResult;
import io.forebay.persist.calls.Pauses;
import io.forebay.proto.FailureKind;
import io.forebay.proto.PublishVerdict;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.SeenObject;
import io.forebay.schema.ForebayException;
import io.forebay.schema.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * The moment in which an object appears. The control plane marks the key, the write is conditional
 * on what the key held, and an object of ours that is there already is recognised by its metadata.
 */
final class Publication {
    private static final Duration WITHIN = Duration.ofMillis(Limits.WRITE_WITHIN_MILLIS);

    /** Looks at the key and writes again: more means that somebody writes it all the time. */
    private static final int WRITES_MAX = 3;

    private static final System.Logger LOG = System.getLogger(Publication.class.getName());

    private final ControlCalls control;
    private final ObjectStore store;
    private final FlushListener listener;
    private final CountDownLatch closing;
    private final FlushSettings settings;

    Publication(
            ControlCalls control,
            ObjectStore store,
            FlushListener listener,
            CountDownLatch closing,
            FlushSettings settings) {
        this.control = control;
        this.store = store;
        this.listener = listener;
        this.closing = closing;
        this.settings = settings;
    }

    /** The write that makes the object. */
    interface Write {
        WriteResult on(Condition condition);

        /** The etag that the object will have, if etags are hashes of the bytes. */
        String etag();
    }

    /** Asks for the key and makes the object. What is returned has not been reported yet. */
    UploadEnd publish(Upload upload, String uploadId, Write write) {
        return listener.completing(() -> ask(upload, uploadId, write), UploadEnd::problem);
    }

    private UploadEnd ask(Upload upload, String uploadId, Write write) {
        Pauses pauses = new Pauses(closing, settings.busyWait());
        while (true) {
            Instant asked = settings.clock().instant();
            PublishVerdict verdict = control.begin(upload.intent(uploadId));
            switch (verdict.getDecision()) {
                case DECISION_GO -> {
                    return write(upload, verdict, at(asked, write));
                }
                case DECISION_STALE -> {
                    return new UploadEnd.Stale();
                }
                default -> {
                    if (!pauses.pause()) {
                        return closing.getCount() == 0
                                ? new UploadEnd.Paused()
                                : new UploadEnd.Failed(
                                        "The key is busy with an earlier operation; tried again.");
                    }
                }
            }
        }
    }

    /** Whoever waits for the end of a lost request counts from when it was allowed. */
    private Write at(Instant asked, Write write) {
        return new Write() {
            @Override
            public WriteResult on(Condition condition) {
                if (settings.clock().instant().isAfter(asked.plus(WITHIN))) {
                    throw new ForebayException(
                            FailureKind.FAILURE_BUSY, "The store was away too long; tried again.");
                }
                return write.on(condition);
            }

            @Override
            public String etag() {
                return write.etag();
            }
        };
    }

    private UploadEnd write(Upload upload, PublishVerdict verdict, Write write) {
        List<String> avoided = verdict.getAvoidEtagsList();
        if (!avoided.isEmpty() && avoided.contains(write.etag())) {
            return new UploadEnd.WriteFailed(
                    "A request that means an object of the same bytes may still be on its way to"
                            + " the store; tried again.",
                    true);
        }
        Condition expected = Condition.replacing(verdict.getExpectedEtag());
        boolean certain = !verdict.getMaybeDone() && verdict.getUnknownPutsCount() == 0;
        return certain
                ? write(upload, verdict, write, expected)
                : lookAndWrite(upload, verdict, write, expected);
    }

    /** A condition that cannot hold costs a connection with stores that hang up on such a write. */
    private UploadEnd lookAndWrite(
            Upload upload, PublishVerdict verdict, Write write, Condition expected) {
        Optional<StoredObject> there;
        try {
            there = store.head(upload.target());
        } catch (ForebayException e) {
            return new UploadEnd.WriteFailed(e.getMessage(), true);
        }
        if (there.isPresent() && isOurs(upload, there.get())) {
            return published(upload, there.get());
        }
        Condition condition = next(expected, verdict, there).orElse(expected);
        return write(upload, verdict, write, condition);
    }

    private UploadEnd write(
            Upload upload, PublishVerdict verdict, Write write, Condition expected) {
        Condition condition = expected;
        for (int i = 0; i < WRITES_MAX; i++) {
            try {
                switch (write.on(condition)) {
                    case WriteResult.Written(String etag, Optional<String> checksum) -> {
                        return published(upload, etag, checksum);
                    }
                    case WriteResult.ConditionFailed() -> {
                        Optional<StoredObject> there = store.head(upload.target());
                        if (there.isPresent() && isOurs(upload, there.get())) {
                            return published(upload, there.get());
                        }
                        Optional<Condition> next = next(condition, verdict, there);
                        if (next.isEmpty()) {
                            return new UploadEnd.Conflict(seen(there));
                        }
                        condition = next.get();
                    }
                    case WriteResult.UploadGone() -> {
                        return isThere(upload)
                                .orElseGet(() ->
                                        new UploadEnd.WriteFailed(
                                                "The multipart upload is gone; the file"
                                                        + " is sent again.",
                                                true));
                    }
                }
            } catch (ForebayException e) {
                return afterFailure(upload, e);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a write failed by a bug", e);
                return new UploadEnd.WriteFailed("A bug: " + e, false);
            }
        }
        return new UploadEnd.WriteFailed("The key changes all the time; tried again.", true);
    }

    /** What to replace now that the condition did not hold; nothing: somebody else's object. */
    private static Optional<Condition> next(
            Condition tried, PublishVerdict verdict, Optional<StoredObject> there) {
        if (there.isEmpty()) {
            // Gone since the write was refused; an object that we knew and miss is a conflict.
            return tried instanceof Condition.Absent ? Optional.of(tried) : Optional.empty();
        }
        String etag = there.get().etag();
        Map<String, String> metadata = there.get().metadata();
        boolean known =
                etag.equals(verdict.getExpectedEtag())
                        || verdict.getUnknownPutsList().stream()
                                .anyMatch(put ->
                                        ObjectMetadata.names(
                                                metadata, put.getIno(), put.getGeneration()));
        return known ? Optional.of(new Condition.Matches(etag)) : Optional.empty();
    }

    private static SeenObject seen(Optional<StoredObject> there) {
        return there.map(object ->
                        SeenObject.newBuilder()
                                .setThere(true)
                                .setEtag(object.etag())
                                .setSize(object.size())
                                .setChecksum(object.checksum().orElse(""))
                                .build())
                .orElse(SeenObject.getDefaultInstance());
    }

    /** A request without an answer may have been done, or may still be. */
    private UploadEnd afterFailure(Upload upload, ForebayException failure) {
        boolean known = failure.kind() != FailureKind.FAILURE_UNAVAILABLE;
        UploadEnd.WriteFailed failed = new UploadEnd.WriteFailed(failure.getMessage(), known);
        if (known) {
            return failed;
        }
        try {
            return isThere(upload).orElse(failed);
        } catch (ForebayException e) {
            return failed;
        }
    }

    private Optional<UploadEnd> isThere(Upload upload) {
        return store.head(upload.target())
                .filter(there -> isOurs(upload, there))
                .map(there -> published(upload, there));
    }

    private static boolean isOurs(Upload upload, StoredObject there) {
        return upload.isOurs(there.metadata()) && there.size() == upload.work().getSize();
    }

    private static UploadEnd published(Upload upload, StoredObject there) {
        return published(upload, there.etag(), there.checksum());
    }

    private static UploadEnd published(Upload upload, String etag, Optional<String> checksum) {
        return new UploadEnd.Published(
                PublishedObject.newBuilder()
                        .setEtag(etag)
                        .setSize(upload.work().getSize())
                        .setChecksum(checksum.orElse(""))
                        .build());
    }
}
