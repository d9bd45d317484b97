package io.forebay.server.graphql;

import io.forebay.metadata.flush.Barrier;
import java.util.List;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record FlushResult(
        boolean settled,
        long pendingFiles,
        long pendingBytes,
        @NonNull List<@NonNull FlushFailure> failures) {

    static FlushResult of(Barrier.Pending pending) {
        return new FlushResult(
                pending.settled(),
                pending.files(),
                pending.bytes(),
                pending.failures().stream().map(FlushFailure::of).toList());
    }
}
