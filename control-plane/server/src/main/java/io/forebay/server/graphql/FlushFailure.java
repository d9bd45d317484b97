package io.forebay.server.graphql;

import io.forebay.metadata.flush.Barrier;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record FlushFailure(@NonNull String path, @NonNull FlushState state, @NonNull String error) {

    static FlushFailure of(Barrier.Failure failure) {
        return new FlushFailure(
                failure.path(),
                FlushState.of(failure.state()).orElse(FlushState.FAILED),
                failure.error());
    }
}
