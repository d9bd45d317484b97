package io.forebay.fuse.session;

import io.forebay.fuse.FileSystem;
import io.forebay.fuse.KernelCache;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.MountTable;
import io.forebay.fuse.session.FuseSession.InFlight;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A mount whose descriptor belongs to a {@link FuseLibrary}: it has no passthrough, the kernel's
 * caches cannot be cut short, and it ends with this process.
 */
public final class LibrarySession implements Serving {
    private static final System.Logger LOG = System.getLogger(LibrarySession.class.getName());

    private final MountedTree tree;
    private final FuseLibrary.Served served;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LibrarySession(MountedTree tree, FuseLibrary.Served served) {
        this.tree = tree;
        this.served = served;
    }

    /**
     * @param name of the library
     * @throws FuseMountException with a message that says what to do
     */
    public static LibrarySession mount(String name, MountOptions options, FileSystem fileSystem) {
        FuseLibrary library =
                ServiceLoader.load(FuseLibrary.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(each -> each.name().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new FuseMountException(
                                        "no library \"%s\" is on the class path: mount by the"
                                                        .formatted(name)
                                                + " launcher, `forebay mount --fuse="
                                                + name
                                                + "`"));
        Path mountPoint = MountPoint.check(options.mountPoint());
        if (!Files.exists(Path.of(Device.PATH))) {
            throw MountPoint.noDevice();
        }
        FuseLibrary.Served served = library.serve(options.withMountPoint(mountPoint), fileSystem);
        int minor = MountPoint.mountedAt(mountPoint).map(MountTable.Entry::deviceMinor).orElse(-1);
        LOG.log(System.Logger.Level.INFO, "mounted at={0} library={1}", mountPoint, name);
        return new LibrarySession(new MountedTree(mountPoint, minor), served);
    }

    @Override
    public void awaitEnd() throws InterruptedException {
        served.end().await();
    }

    @Override
    public List<InFlight> inFlight() {
        return served.inFlight();
    }

    @Override
    public KernelCache cache() {
        return KernelCache.NONE;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        tree.unmount();
        if (!awaitLoop()) {
            boolean aborted = tree.abort();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "files were still open, connection cut at={0} done={1}",
                    tree.mountPoint(),
                    aborted);
            if (!awaitLoop()) {
                LOG.log(
                        System.Logger.Level.ERROR,
                        "the library does not end at={0}",
                        tree.mountPoint());
            }
        }
    }

    private boolean awaitLoop() {
        try {
            return served.end().await(FuseSession.GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return served.end().getCount() == 0;
        }
    }
}
