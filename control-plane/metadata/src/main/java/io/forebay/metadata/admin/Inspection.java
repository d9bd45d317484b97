package io.forebay.metadata.admin;

import io.forebay.metadata.kv.Unfinished;
import java.util.Optional;

/** Files by their path. */
public final class Inspection {
    /** What is at the path; symbolic links are not followed. */
    public Optional<FileView> inspect(long workspaceId, byte[] path) {
        return Unfinished.mark();
    }

    /** Queues the eviction of the clean local copies at or below the path; how many. */
    public long evict(long workspaceId, byte[] path) {
        return Unfinished.mark();
    }
}
