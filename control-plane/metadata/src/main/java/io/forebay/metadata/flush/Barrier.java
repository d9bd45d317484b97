package io.forebay.metadata.flush;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.FlushState;
import java.util.List;

/** Waits for what was closed before a moment to be in the bucket. */
public final class Barrier {
    /**
     * What is not in the bucket at or below a path, of what was closed by {@code barrierMillis}.
     *
     * @param path components joined by '/', without a leading one needed; empty: the whole workspace
     */
    public Pending pending(long workspaceId, byte[] path, long barrierMillis) {
        return Unfinished.mark();
    }

    /** Makes the queued and failed work at or below a path due now. */
    public void expedite(long workspaceId, byte[] path) {
        Unfinished.mark();
    }

    /** A number that grows when something became clean; to be read before {@link #pending}. */
    public long progressCount(long workspaceId) {
        return Unfinished.mark();
    }

    /** Waits until {@link #progressCount} differs from {@code seen} or the time is over. */
    public void awaitProgress(long workspaceId, long seen, long timeoutMillis)
            throws InterruptedException {
        Unfinished.mark();
    }

    /** Files that are not in the bucket yet; ten failures at most. */
    public record Pending(long files, long bytes, List<Failure> failures) {
        public boolean settled() {
            return files == 0;
        }
    }

    /** A file that cannot go on by itself, or whose last try failed. */
    public record Failure(String path, FlushState state, String error) {}
}
