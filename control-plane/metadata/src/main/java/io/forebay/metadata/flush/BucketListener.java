package io.forebay.metadata.flush;

import io.forebay.metadata.state.Space;
import io.forebay.proto.ImportTask;
import io.forebay.proto.ImportedPage;
import org.jspecify.annotations.Nullable;

/** Who wants to know what a workspace's bucket holds. */
public interface BucketListener {
    /** The page that this worker is to list; null: none any more. */
    @Nullable ImportTask next(Space space, String worker);

    /** A worker says what it found; plans what comes next. */
    void listed(Space space, String worker, ImportedPage page);
}
