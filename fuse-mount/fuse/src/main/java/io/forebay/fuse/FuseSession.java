package io.forebay.fuse;

import io.forebay.fuse.posix.ThisProcess;
import io.forebay.fuse.wire.Notifications;
import io.forebay.fuse.wire.Notifications.InvalEntryOut;
import io.forebay.fuse.wire.Notifications.InvalInodeOut;
import io.forebay.fuse.wire.OutHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A mounted file system and the threads that answer the kernel. The threads are daemons: a process
 * that wants to serve waits in {@link #awaitEnd()}, and closes the session before it ends, else the
 * mount stays behind dead.
 */
public final class FuseSession implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FuseSession.class.getName());

    /** How long programs may go on with what they have open, once it is unmounted. */
    private static final long GRACE_SECONDS = 5;

    /** The kernel does not know the node or the name; or the mount has ended. */
    private static final Set<Errno> NOTHING_TO_FORGET =
            EnumSet.of(Errno.ENOENT, Errno.ENODEV, Errno.EBADF, Errno.ENOTCONN);

    private final Mount mount;
    private final List<Thread> readers;
    private final CountDownLatch running;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FuseSession(Mount mount, FileSystem fileSystem, int threads, int transferBytes) {
        this.mount = mount;
        this.running = new CountDownLatch(threads);
        RequestLoop loop = new RequestLoop(mount.device(), fileSystem, transferBytes);
        this.readers =
                IntStream.range(0, threads)
                        .mapToObj(index ->
                                Thread.ofPlatform()
                                        .daemon()
                                        .name("fuse-reader-" + index)
                                        .unstarted(() -> serve(loop)))
                        .toList();
    }

    /**
     * Mounts, negotiates with the kernel and starts the reader threads.
     *
     * @param fileSystem makes the file system once the kernel has said what it can do; what it
     *     throws takes the mount down again
     * @throws FuseMountException with a message that says what to do
     */
    public static FuseSession mount(
            MountOptions options, Function<Backing, FileSystem> fileSystem) {
        return start(Mount.make(options), options, fileSystem);
    }

    static FuseSession start(
            Mount mount, MountOptions options, Function<Backing, FileSystem> fileSystem) {
        boolean started = false;
        try {
            Handshake handshake = Handshake.shake(mount.device(), options);
            KernelBacking backing = KernelBacking.of(mount.device(), handshake.passthrough());
            int transferBytes =
                    Math.max(
                            options.maxWriteBytes(),
                            handshake.maxPages() * ThisProcess.pageBytes());
            FuseSession session =
                    new FuseSession(
                            mount,
                            fileSystem.apply(backing),
                            options.readerThreads(),
                            transferBytes);
            session.readers.forEach(Thread::start);
            started = true;
            LOG.log(
                    System.Logger.Level.INFO,
                    "mounted at={0} protocol=7.{1} passthrough={2}",
                    mount.mountPoint(),
                    handshake.minor(),
                    backing.available());
            return session;
        } finally {
            if (!started) {
                mount.unmount();
                mount.device().close();
            }
        }
    }

    /** Returns when the mount has ended: unmounted from outside, or {@link #close() closed}. */
    public void awaitEnd() throws InterruptedException {
        running.await();
    }

    /**
     * Makes the kernel forget what it knows about a name. Must not be called while a request about
     * that directory is being handled on the same thread: the kernel would wait for its answer.
     */
    public void invalidateEntry(long parent, byte[] name) {
        try (Arena arena = Arena.ofConfined()) {
            int size = OutHeader.SIZE + InvalEntryOut.size(name.length);
            MemorySegment message = arena.allocate(size, Long.BYTES);
            new OutHeader(message).put(size, Notifications.INVAL_ENTRY, 0);
            new InvalEntryOut(message.asSlice(OutHeader.SIZE)).put(parent, name);
            send(message);
        }
    }

    /**
     * Makes the kernel forget a node's attributes and cached pages. Must not be called while a
     * request about that node is being handled on the same thread.
     */
    public void invalidateInode(long nodeId) {
        try (Arena arena = Arena.ofConfined()) {
            int size = OutHeader.SIZE + InvalInodeOut.SIZE;
            MemorySegment message = arena.allocate(size, Long.BYTES);
            new OutHeader(message).put(size, Notifications.INVAL_INODE, 0);
            new InvalInodeOut(message.asSlice(OutHeader.SIZE)).put(nodeId, 0, 0);
            send(message);
        }
    }

    /**
     * Unmounts and ends the threads. Programs that have files open there may go on for a few
     * seconds; then what they do fails.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        mount.unmount();
        boolean ended = awaitReaders();
        if (!ended) {
            boolean aborted = mount.abort();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "files were still open, connection cut at={0} done={1}",
                    mount.mountPoint(),
                    aborted);
            readers.forEach(Thread::interrupt);
            ended = awaitReaders();
        }
        if (ended) {
            mount.device().close();
            LOG.log(System.Logger.Level.INFO, "unmounted at={0}", mount.mountPoint());
        } else {
            // The descriptor stays open: a thread that still reads it must not read another file.
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a request does not end, its thread is left at={0}",
                    mount.mountPoint());
        }
    }

    private void serve(RequestLoop loop) {
        try {
            loop.run();
        } finally {
            running.countDown();
        }
    }

    private void send(MemorySegment message) {
        int result = mount.device().notify(message);
        if (result < 0 && !NOTHING_TO_FORGET.contains(Errno.of(-result))) {
            LOG.log(System.Logger.Level.WARNING, "an invalidation failed errno={0}", -result);
        }
    }

    private boolean awaitReaders() {
        try {
            return running.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return running.getCount() == 0;
        }
    }
}
