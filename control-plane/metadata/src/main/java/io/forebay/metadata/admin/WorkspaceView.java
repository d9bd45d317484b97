package io.forebay.metadata.admin;

import io.forebay.metadata.flush.Policy;
import io.forebay.proto.FailureKind;
import java.util.List;

/** A workspace, for people. */
public record WorkspaceView(
        long id,
        String name,
        String bucket,
        String prefix,
        Policy policy,
        List<Rule> rules,
        long quotaBytes,
        State state,
        Attempt lastTry) {

    /** Where a workspace stands. */
    public enum State {
        /** A worker tries whether the location can be used. */
        PROBING,
        READY,
        /** The location cannot be used; the last try says why. */
        REFUSED
    }

    /**
     * A worker's try of the location.
     *
     * @param pending a worker was asked and has not answered; the rest is of an earlier try
     * @param failure NONE where the location can be used
     */
    public record Attempt(boolean pending, FailureKind failure, String message) {}

    /** A path with a policy of its own. */
    public record Rule(String path, Policy policy) {}
}
