package io.forebay.metadata.admin;

import io.forebay.metadata.kv.Unfinished;
import java.util.List;
import java.util.Optional;

/** The workspaces. */
public final class Workspaces {
    /**
     * Makes a workspace in the state PROBING and asks a healthy worker to try its location.
     *
     * @throws io.forebay.schema.ForebayException INVALID, EXISTS (name or overlapping location),
     *     UNAVAILABLE (no healthy worker)
     */
    public WorkspaceView create(NewWorkspace request) {
        return Unfinished.mark();
    }

    /** Waits until the workspace is not PROBING any more or the time is over; how it stands. */
    public Optional<WorkspaceView> awaitProbe(long id, long timeoutMillis)
            throws InterruptedException {
        return Unfinished.mark();
    }

    /** Forgets a workspace that never became READY. */
    public void discard(long id) {
        Unfinished.mark();
    }

    /** By name, in any state. */
    public Optional<WorkspaceView> find(String name) {
        return Unfinished.mark();
    }

    /** Those that are READY, by name. */
    public List<WorkspaceView> list() {
        return Unfinished.mark();
    }

    public Usage usage(long id) {
        return Unfinished.mark();
    }
}
