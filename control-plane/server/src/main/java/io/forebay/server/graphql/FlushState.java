package io.forebay.server.graphql;

import java.util.Optional;

/** As in the schema. */
public enum FlushState {
    OPEN,
    QUEUED,
    UPLOADING,
    COMMITTING,
    CLEAN,
    TRANSIENT,
    FAILED,
    CONFLICT,
    UNAVAILABLE;

    /** Empty for what has none: a directory, a link. */
    static Optional<FlushState> of(io.forebay.proto.FlushState state) {
        return switch (state) {
            case FLUSH_STATE_OPEN -> Optional.of(OPEN);
            case FLUSH_STATE_QUEUED -> Optional.of(QUEUED);
            case FLUSH_STATE_UPLOADING -> Optional.of(UPLOADING);
            case FLUSH_STATE_COMMITTING -> Optional.of(COMMITTING);
            case FLUSH_STATE_CLEAN -> Optional.of(CLEAN);
            case FLUSH_STATE_TRANSIENT -> Optional.of(TRANSIENT);
            case FLUSH_STATE_FAILED -> Optional.of(FAILED);
            case FLUSH_STATE_CONFLICT -> Optional.of(CONFLICT);
            case FLUSH_STATE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
