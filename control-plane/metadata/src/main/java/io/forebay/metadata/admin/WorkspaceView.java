package io.forebay.metadata.admin;

import java.time.Duration;

/** A workspace, for people. */
public record WorkspaceView(
        long id,
        String name,
        String bucket,
        String prefix,
        Duration flushDelay,
        long quotaBytes,
        State state,
        String message) {

    /** Where a workspace stands. */
    public enum State {
        /** A worker tries whether the location can be used. */
        PROBING,
        READY,
        /** The location cannot be used; the message says why. */
        REFUSED
    }
}
