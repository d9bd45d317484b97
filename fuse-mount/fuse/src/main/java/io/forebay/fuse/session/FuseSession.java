package io.forebay.fuse.session;

import io.forebay.fuse.Backing;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.KernelCache;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.ThisProcess;
import io.forebay.fuse.wire.Notifications;
import java.util.List;
import java.util.Objects;
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
public final class FuseSession implements Serving {
    private static final System.Logger LOG = System.getLogger(FuseSession.class.getName());

    /** How long programs may go on with what they have open, once it is unmounted. */
    static final long GRACE_SECONDS = 5;

    private final Mount mount;
    private final Notices notices;
    private final List<Reader> readers;
    private final CountDownLatch running;
    private final AtomicBoolean closed = new AtomicBoolean();

    private FuseSession(Mount mount, KeptMount kept, FileSystem fileSystem, int threads) {
        this.mount = mount;
        this.notices = new Notices(mount.device(), kept.minor());
        this.running = new CountDownLatch(threads);
        Waiting waiting = new Waiting();
        this.readers =
                IntStream.range(0, threads)
                        .mapToObj(index ->
                                reader(
                                        index,
                                        new RequestLoop(
                                                mount.device(),
                                                fileSystem,
                                                waiting,
                                                kept.transferBytes())))
                        .toList();
    }

    private record Reader(Thread thread, RequestLoop loop) {}

    /** A request that a thread is answering; {@code id} names it while it is in flight. */
    public record InFlight(Thread thread, long id, int opcode) {}

    /** Makes what serves a mount, once the kernel has said what it can do. */
    @FunctionalInterface
    public interface Start {
        FileSystem begin(Backing backing, KeptMount mount);
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
        return mount(options, (backing, _) -> fileSystem.apply(backing));
    }

    /** As {@link #mount(MountOptions, Function)}, for a file system that outlives this process. */
    public static FuseSession mount(MountOptions options, Start start) {
        return start(Mount.make(options), options, start);
    }

    static FuseSession start(Mount mount, MountOptions options, Start start) {
        boolean started = false;
        try {
            Handshake handshake = Handshake.shake(mount.device(), options);
            int transferBytes =
                    Math.max(
                            options.maxWriteBytes(),
                            handshake.maxPages() * ThisProcess.pageBytes());
            KeptMount kept =
                    new KeptMount(
                            mount.device().descriptor(),
                            mount.tree().mountPoint(),
                            mount.tree().deviceMinor(),
                            handshake.minor(),
                            handshake.flags(),
                            transferBytes);
            FuseSession session = of(mount, kept, options.readerThreads(), start);
            session.startReaders();
            started = true;
            return session;
        } finally {
            if (!started) {
                mount.tree().unmount();
                mount.device().close();
            }
        }
    }

    /**
     * Goes on with a mount whose process has died: starts the reader threads, and asks the kernel
     * for the requests that the dead one had read and not answered ({@link
     * Request.Header#resent()}). No other process may read the device any more. Takes the
     * descriptor over, also when it fails; the mount then stays as it is.
     *
     * @throws FuseMountException with a message that says what to do
     */
    public static FuseSession takeOver(KeptMount kept, MountOptions options, Start start) {
        Device device = Device.of(kept.descriptor());
        boolean started = false;
        try {
            Mount mount = new Mount(new MountedTree(kept.mountPoint(), kept.deviceMinor()), device);
            FuseSession session = of(mount, kept, options.readerThreads(), start);
            session.resend();
            session.startReaders();
            started = true;
            return session;
        } finally {
            if (!started) {
                device.close();
            }
        }
    }

    private static FuseSession of(Mount mount, KeptMount kept, int threads, Start start) {
        KernelBacking backing = KernelBacking.of(mount.device(), kept.passthrough());
        LOG.log(
                System.Logger.Level.INFO,
                "mounted at={0} protocol=7.{1} passthrough={2}",
                mount.tree().mountPoint(),
                kept.minor(),
                backing.available());
        return new FuseSession(mount, kept, start.begin(backing, kept), threads);
    }

    private void startReaders() {
        readers.forEach(reader -> reader.thread().start());
    }

    /** What the reader threads are answering now. */
    @Override
    public List<InFlight> inFlight() {
        return readers.stream()
                .map(reader -> reader.loop().inFlight(reader.thread()))
                .filter(Objects::nonNull)
                .toList();
    }

    /**
     * Reads no further requests, so that another process can take over once this one has ended.
     * Threads that wait for a request stay until then; one that still gets one answers it. {@link
     * #inFlight} shows when what was begun is done; {@link #awaitEnd} does not return for it.
     */
    public void stopReading() {
        readers.forEach(reader -> reader.loop().stop());
    }

    @Override
    public void awaitEnd() throws InterruptedException {
        running.await();
    }

    @Override
    public KernelCache cache() {
        return notices;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        mount.tree().unmount();
        boolean ended = awaitReaders();
        if (!ended) {
            boolean aborted = mount.tree().abort();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "files were still open, connection cut at={0} done={1}",
                    mount.tree().mountPoint(),
                    aborted);
            readers.forEach(reader -> reader.thread().interrupt());
            ended = awaitReaders();
        }
        if (ended) {
            mount.device().close();
            LOG.log(System.Logger.Level.INFO, "unmounted at={0}", mount.tree().mountPoint());
        } else {
            // The descriptor stays open: a thread that still reads it must not read another file.
            LOG.log(
                    System.Logger.Level.ERROR,
                    "a request does not end, its thread is left at={0}",
                    mount.tree().mountPoint());
        }
    }

    private Reader reader(int index, RequestLoop loop) {
        return new Reader(
                Thread.ofPlatform()
                        .daemon()
                        .name("fuse-reader-" + index)
                        .unstarted(() -> serve(loop)),
                loop);
    }

    private void serve(RequestLoop loop) {
        try {
            loop.run();
        } finally {
            if (!loop.isStopped()) {
                running.countDown();
            }
        }
    }

    private void resend() {
        int result = notices.plain(Notifications.RESEND);
        if (result < 0) {
            throw new FuseMountException(
                    "The kernel does not send again what the dead process had read: errno "
                            + -result
                            + ". Linux 6.9 or newer is needed");
        }
        notices.expireAllNames(); // names that changed meanwhile; older kernels time them out
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
