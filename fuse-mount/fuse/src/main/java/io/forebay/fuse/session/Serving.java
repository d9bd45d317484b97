package io.forebay.fuse.session;

import io.forebay.fuse.KernelCache;
import io.forebay.fuse.session.FuseSession.InFlight;
import java.util.List;

/** A mounted file system that is served, by whatever speaks with the kernel. */
public sealed interface Serving extends AutoCloseable permits FuseSession, LibrarySession {
    /** Returns when the mount has ended: unmounted from outside, or {@link #close() closed}. */
    void awaitEnd() throws InterruptedException;

    /** What is being answered now. */
    List<InFlight> inFlight();

    /** What the kernel keeps of this mount. */
    KernelCache cache();

    /**
     * Unmounts and ends what serves. Programs that have files open there may go on for a few
     * seconds; then what they do fails.
     */
    @Override
    void close();
}
