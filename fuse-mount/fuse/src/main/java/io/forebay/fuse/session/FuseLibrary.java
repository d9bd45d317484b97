package io.forebay.fuse.session;

import io.forebay.fuse.FileSystem;
import io.forebay.fuse.session.FuseSession.InFlight;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A library that speaks with the kernel in our place. Found on the class path by {@link
 * java.util.ServiceLoader}.
 */
public interface FuseLibrary {
    /** How it is chosen. */
    String name();

    /**
     * Mounts, and serves on threads of its own.
     *
     * @param options whose mount point was checked
     * @throws FuseMountException with a message that says what to do
     */
    Served serve(MountOptions options, FileSystem fileSystem);

    /** What the library does from then on. */
    interface Served {
        /** Opened when it asks the file system nothing any more. */
        CountDownLatch end();

        /** What is being answered now. */
        List<InFlight> inFlight();
    }
}
