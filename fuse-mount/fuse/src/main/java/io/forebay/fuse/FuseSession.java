package io.forebay.fuse;

import java.util.function.Function;

/** A mounted file system and the threads that answer the kernel. */
public final class FuseSession implements AutoCloseable {
    private FuseSession() {}

    /**
     * Mounts, negotiates with the kernel and starts the reader threads.
     *
     * @param fileSystem makes the file system once the kernel has said what it can do
     * @throws FuseMountException with a message that says what to do
     */
    public static FuseSession mount(
            MountOptions options, Function<Backing, FileSystem> fileSystem) {
        if (options.readerThreads() > 0) {
            throw new FuseMountException("not there yet" + fileSystem);
        }
        return new FuseSession();
    }

    /** Returns when the mount has ended: unmounted from outside, or {@link #close() closed}. */
    public void awaitEnd() throws InterruptedException {}

    /** Makes the kernel forget what it knows about a name. */
    public void invalidateEntry(long parent, byte[] name) {}

    /** Makes the kernel forget a node's attributes and cached pages. */
    public void invalidateInode(long nodeId) {}

    /** Unmounts and ends the threads. */
    @Override
    public void close() {}
}
