package io.forebay.mount;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.Backing;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.session.FuseMountException;
import io.forebay.fuse.session.FuseSession;
import io.forebay.fuse.session.KeptMount;
import io.forebay.fuse.session.LibrarySession;
import io.forebay.fuse.session.MountOptions;
import io.forebay.fuse.session.Serving;
import io.forebay.mount.fs.ForebayFileSystem;
import io.forebay.mount.holder.HolderLink;
import io.forebay.mount.meta.Attachment;
import io.forebay.mount.meta.GrpcMetadataClient;
import io.forebay.mount.meta.MetadataChannels;
import io.forebay.mount.meta.MetadataClient;
import io.forebay.mount.meta.RetryPolicy;
import io.forebay.mount.services.CloseTrace;
import io.forebay.mount.services.Services;
import io.forebay.mount.services.WorkerStagedFiles;
import io.forebay.mount.watch.Watch;
import io.forebay.observability.EventName;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.remote.RemoteFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Everything that makes up a mount, started in order and ended in the opposite one. */
final class MountProcess implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MountProcess.class.getName());

    private final MountArguments arguments;
    private final MountMetrics metrics = new MountMetrics();

    /** What was started, the latest first. Guarded by this. */
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    private volatile @Nullable Serving session;

    /** Guarded by this. */
    private @Nullable ForebayFileSystem files;

    /** Written once, before anything is mounted or gone on with. */
    private volatile Lifeline lifeline = Lifeline.none();

    MountProcess(MountArguments arguments) {
        this.arguments = arguments;
    }

    /** The mount cannot be made; the message says what to do. */
    static final class StartException extends Exception {
        private static final long serialVersionUID = 1L;

        StartException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * @throws StartException after what had been started was ended again
     */
    synchronized void start() throws StartException {
        boolean ready = false;
        try {
            startAll();
            ready = true;
        } finally {
            if (!ready && lifeline.inherited().isPresent()) {
                started.clear(); // what is open stays open, for whoever tries next
            }
            if (!ready) {
                close();
            }
        }
    }

    void awaitEnd() throws InterruptedException {
        Serving running = session;
        if (running != null) {
            running.awaitEnd();
        }
    }

    /** Unmounts, tells the control plane of every end, and ends all. Later calls wait for that. */
    @Override
    public synchronized void close() {
        boolean wasMounted = session != null && !started.isEmpty();
        while (!started.isEmpty()) {
            AutoCloseable next = started.pop();
            try {
                next.close();
            } catch (Exception e) {
                LOG.log(WARNING, EventName.MOUNT_STOPPED.line("problem", e.toString()));
            }
        }
        if (wasMounted) {
            LOG.log(INFO, EventName.MOUNT_STOPPED.line("mount", arguments.mountPoint()));
        }
    }

    private void startAll() throws StartException {
        MetadataClient client =
                begin(
                        new GrpcMetadataClient(
                                MetadataChannels.open(arguments.host(), arguments.port()),
                                RetryPolicy.DEFAULT,
                                InstantSource.system(),
                                Thread::sleep,
                                metrics.watch()));
        lifeline = begin(lifeline());
        startHttp();
        Attachment attachment = begin(attach(client));
        CloseTrace trace =
                SpanTrace.isWanted(System.getenv()) ? begin(SpanTrace.start()) : CloseTrace.NONE;
        RemoteFiles remote = new RemoteFiles(InstantSource.system(), metrics::reopened);
        InstantSource clock = InstantSource.system();
        WorkerStagedFiles staged = begin(new WorkerStagedFiles(arguments.node(), remote, clock));
        Watch watch = begin(new Watch(client, attachment, clock, metrics.watchMeter()));
        Serving serving = mount(new Services(client, attachment, staged, clock, trace, watch));
        session = serving;
        watch.start(serving.cache(), Objects.requireNonNull(files).remembered());
        metrics.takeovers(lifeline.takeovers());
        EventName event =
                lifeline.inherited().isPresent() ? EventName.TAKEOVER_DONE : EventName.MOUNT_READY;
        LOG.log(
                INFO,
                event.line(
                        "workspace",
                        arguments.workspace(),
                        "mount",
                        arguments.mountPoint(),
                        "id",
                        attachment.mountId(),
                        "takeovers",
                        lifeline.takeovers()));
        lifeline.serving(
                serving,
                new Signs(InstantSource.system(), metrics::isAnswered),
                Objects.requireNonNull(files));
    }

    private void startHttp() throws StartException {
        if (arguments.httpPort() == 0) {
            return;
        }
        try {
            begin(HttpEndpoint.start(arguments.httpPort(), metrics));
        } catch (IOException e) {
            if (lifeline.inherited().isPresent()) {
                begin(LateHttpEndpoint.start(arguments.httpPort(), metrics));
                return;
            }
            throw new StartException(
                    "port %d for health and metrics cannot be used (%s): choose another --http-port"
                            .formatted(arguments.httpPort(), e.getMessage()),
                    e);
        }
    }

    private Attachment attach(MetadataClient client) throws StartException {
        AttachRequest request =
                AttachRequest.newBuilder()
                        .setWorkspace(arguments.workspace())
                        .setNode(arguments.node())
                        .setVersion(version())
                        .setMountPoint(arguments.mountPoint().toString())
                        .build();
        try {
            Optional<AttachReply> before = lifeline.attached();
            Attachment attachment =
                    before.isPresent()
                            ? Attachment.resume(
                                    client, request, before.get(), lifeline.state().requests())
                            : Attachment.attach(client, request, lifeline.state().requests());
            attachment.onAttached(lifeline::attached);
            return attachment;
        } catch (ForebayException e) {
            throw new StartException(whyNotAttached(e), e);
        }
    }

    private String whyNotAttached(ForebayException e) {
        if (e.kind() == FailureKind.FAILURE_NOT_FOUND) {
            return "workspace \"%s\" does not exist: create it (GraphQL createWorkspace) or"
                            .formatted(arguments.workspace())
                    + " correct --workspace";
        }
        if (e.kind() == FailureKind.FAILURE_UNAVAILABLE) {
            return "no control plane answers at %s within %d s: start it or correct --control-plane"
                    .formatted(arguments.controlPlane(), RetryPolicy.DEFAULT.total().toSeconds());
        }
        return "the workspace cannot be attached: " + e.getMessage();
    }

    private Lifeline lifeline() throws StartException {
        Optional<Path> holder = arguments.holder();
        if (holder.isEmpty()) {
            return Lifeline.none();
        }
        try {
            return Lifeline.of(HolderLink.connect(holder.get()));
        } catch (PosixException e) {
            throw new StartException("no holder answers at " + holder.get(), e);
        }
    }

    private Serving mount(Services services) throws StartException {
        MountOptions options =
                MountOptions.of(arguments.mountPoint())
                        .withSource(arguments.source())
                        .withFlags(arguments.flags())
                        .withPassthrough(arguments.passthrough())
                        .withReaderThreads(arguments.threads());
        if (arguments.allowOther()) {
            options = options.withAllowOther(true);
        }
        try {
            if (arguments.fuse() != MountArguments.Fuse.KERNEL) {
                FileSystem served = fileSystem(services, Backing.NONE);
                return begin(LibrarySession.mount(arguments.fuse().word(), options, served));
            }
            Optional<KeptMount> before = lifeline.inherited();
            if (before.isPresent()) {
                lifeline.takenOver(version());
                return begin(
                        FuseSession.takeOver(
                                before.get(),
                                options,
                                (backing, _) -> fileSystem(services, backing)));
            }
            return begin(
                    FuseSession.mount(
                            options,
                            (backing, mount) -> {
                                lifeline.made(mount, version());
                                return fileSystem(services, backing);
                            }));
        } catch (FuseMountException | IllegalArgumentException e) {
            throw new StartException(Objects.requireNonNullElse(e.getMessage(), e.toString()), e);
        }
    }

    private FileSystem fileSystem(Services services, Backing backing) {
        ForebayFileSystem made =
                begin(new ForebayFileSystem(services, backing, lifeline.state().files()));
        files = made;
        return metrics.counting(made);
    }

    private <T extends AutoCloseable> T begin(T part) {
        started.push(part);
        return part;
    }

    private static String version() {
        String version = MountProcess.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
