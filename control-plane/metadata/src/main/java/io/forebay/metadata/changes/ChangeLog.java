package io.forebay.metadata.changes;

import io.forebay.proto.Change;
import io.forebay.proto.WatchPosition;
import java.util.List;
import java.util.Optional;

/**
 * The changes of all workspaces, newest last, as far back as they are kept. With one process that
 * commits, they can be kept in its memory ({@link RecentChanges}); several need a log in the store,
 * written in the transaction of the change and read from a position on.
 */
public interface ChangeLog {
    /** What one commit changed, and for which mount; 0: for none. */
    record Committed(long workspaceId, long mountId, List<Change> changes) {}

    /**
     * What a reader gets.
     *
     * @param missed some changes after the reader's position are not kept any more
     */
    record Page(WatchPosition position, boolean missed, List<Committed> commits) {}

    /** Called after each commit that changed something which a mount can see. */
    void append(Committed commit);

    /** Where changes that are not made yet will follow. */
    WatchPosition end();

    /**
     * The changes after a position; an empty position, or one of another epoch, has missed some.
     * Waits for the first of them, but not longer than {@code timeoutMillis}.
     */
    Page read(Optional<WatchPosition> after, int commitsMax, long timeoutMillis)
            throws InterruptedException;
}
