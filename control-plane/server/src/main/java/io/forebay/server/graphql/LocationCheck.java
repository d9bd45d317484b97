package io.forebay.server.graphql;

import io.forebay.metadata.admin.WorkspaceView;
import io.forebay.proto.FailureKind;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** As in the schema. */
public record LocationCheck(boolean usable, @Nullable String code, @NonNull String message) {

    static LocationCheck of(WorkspaceView.Attempt attempt) {
        FailureKind kind = kind(attempt);
        boolean usable = kind == FailureKind.FAILURE_NONE;
        return new LocationCheck(
                usable,
                usable ? null : ApiException.code(kind),
                attempt.pending()
                        ? "The worker could not try the bucket in time: it does not run, waits for"
                                + " the object store, or is busy with uploads."
                        : attempt.message());
    }

    /** One that is not over is as good as a store that does not answer. */
    static FailureKind kind(WorkspaceView.Attempt attempt) {
        return attempt.pending() ? FailureKind.FAILURE_UNAVAILABLE : attempt.failure();
    }
}
