package io.forebay.persist;

import io.forebay.proto.FailureKind;

/**
 * Whether a location can be used, and when not, what a person should do.
 *
 * @param failure NONE where it can; UNAVAILABLE and BUSY pass by themselves, others do not
 */
public record ProbeReport(FailureKind failure, String message) {
    public boolean ok() {
        return failure == FailureKind.FAILURE_NONE;
    }
}
