package io.forebay.persist.flush;

import io.forebay.proto.PublishedObject;
import io.forebay.proto.SeenObject;
import java.util.Optional;

/** How an upload ended. */
sealed interface UploadEnd {
    /** Why there is no object although one is still wanted. */
    default Optional<String> problem() {
        return switch (this) {
            case Published _, Stale _, Paused _ -> Optional.empty();
            case Conflict _ -> Optional.of("Somebody else wrote the object.");
            case WriteFailed(String message, boolean _) -> Optional.of(message);
            case Failed(String message) -> Optional.of(message);
            case Changed _ -> Optional.of(Changed.MESSAGE);
        };
    }

    /** The object is there; the key is marked and the control plane has to be told. */
    record Published(PublishedObject object) implements UploadEnd {}

    /** Somebody else wrote the object; the key is marked. */
    record Conflict(SeenObject seen) implements UploadEnd {}

    /** The write failed while the key is marked. */
    record WriteFailed(String message, boolean outcomeKnown) implements UploadEnd {}

    /** It failed before the key was marked. */
    record Failed(String message) implements UploadEnd {}

    /** Somebody wrote to the staged file while it was sent. */
    record Changed() implements UploadEnd {
        static final String MESSAGE = "The staged file changed while it was sent; tried again.";
    }

    /** The file moved on; there is nothing to report. */
    record Stale() implements UploadEnd {}

    /** The engine is closing; a later try goes on with the multipart upload. */
    record Paused() implements UploadEnd {}
}
