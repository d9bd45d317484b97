package io.forebay.worker.wiring;

import io.forebay.observability.EventName;
import io.forebay.persist.ObjectStore;
import io.forebay.persist.flush.FlushEngine;
import io.forebay.persist.flush.FlushSettings;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import io.forebay.proto.Task;
import io.forebay.schema.ForebayException;
import io.forebay.store.Space;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.transport.grant.GrantVerifier;
import io.forebay.transport.local.StagedFileServer;
import io.forebay.transport.posix.BackgroundThreads;
import io.forebay.transport.remote.serve.RemoteOpener;
import io.forebay.worker.control.ControlPlane;
import io.forebay.worker.control.Membership;
import io.forebay.worker.copies.CopyEngine;
import io.forebay.worker.foreign.BucketScan;
import io.forebay.worker.foreign.Doubts;
import io.forebay.worker.staging.AreaBytes;
import io.forebay.worker.staging.Contact;
import io.forebay.worker.staging.CopyUses;
import io.forebay.worker.staging.Eviction;
import io.forebay.worker.staging.Grants;
import io.forebay.worker.staging.Recovery;
import io.forebay.worker.staging.StagedParts;
import io.forebay.worker.staging.StoreWait;
import io.forebay.worker.telemetry.FlushTelemetry;
import io.grpc.ManagedChannel;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One worker, from its registration to its end. The socket listens from the start; opens wait until
 * what is on the disk is sorted out.
 */
final class Worker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    private static final Duration JOIN_MAX = Duration.ofSeconds(15);
    private static final long RECOVERY_PAUSE_MILLIS = 1_000;

    private final WorkerSettings settings;
    private final StagingArea area;
    private final ManagedChannel channel;
    private final ControlPlane control;
    private final Eviction eviction;
    private final FlushEngine engine;
    private final Recovery recovery;
    private final CopyEngine copies;
    private final Grants grants;
    private final StagedFileServer server;
    private final Thread thread;
    private final Thread scanner;
    private final Runnable onFenced;

    private final InstantSource clock = InstantSource.system();
    private final Contact contact = new Contact(clock);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final AtomicReference<GrantVerifier> verifier;
    private final AtomicBoolean relieving = new AtomicBoolean();

    /** Written by the worker's thread. */
    private volatile boolean fenced;

    /** Opens the staging directory and the socket; both fail at once when they cannot be used. */
    Worker(WorkerSettings settings, WorkerParts parts, ObjectStore store, Runnable onFenced) {
        this.settings = settings;
        this.onFenced = onFenced;
        this.area = StagingAreas.open(settings);
        this.channel = parts.connect(settings.controlPlane());
        this.control = new ControlPlane(channel, clock);
        this.eviction = new Eviction(area, control, parts.metrics());
        this.verifier = new AtomicReference<>(verifier(new byte[1]));
        parts.metrics().watch(area::space);
        FlushTelemetry telemetry =
                new FlushTelemetry(parts.metrics(), parts.trace(), this::published);
        CopyUses uses = new CopyUses(clock);
        this.recovery = new Recovery(area, control, eviction, uses);
        AreaBytes bytes = new AreaBytes(area, eviction, uses);
        FlushSettings flush = settings.flush(clock, new BackgroundThreads("flush-"));
        this.engine = new FlushEngine(control, bytes, store, telemetry, flush);
        Doubts doubts = new Doubts(control, store);
        BucketScan scan = new BucketScan(control, store, doubts, parts.metrics(), stopped);
        this.scanner = Thread.ofPlatform().name("bucket-scan").daemon().unstarted(scan::run);
        this.copies = new CopyEngine(area, control, parts.metrics(), clock);
        StagedParts staged =
                new StagedParts(
                        area,
                        store,
                        eviction,
                        doubts,
                        uses,
                        contact,
                        parts.metrics(),
                        parts.trace());
        StoreWait wait = new StoreWait(settings.fetchWait(), stopped, parts.metrics());
        this.grants = new Grants(staged, clock, verifier::get, ready, wait);
        try {
            this.server = StagedFileServer.start(settings.socket(), grants);
        } catch (RuntimeException e) {
            copies.close();
            channel.shutdownNow();
            area.close();
            throw e;
        }
        this.thread = Thread.ofPlatform().name("worker").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private GrantVerifier verifier(byte[] key) {
        return new GrantVerifier(key, settings.id(), clock);
    }

    /** What opens files for mounts of other nodes. */
    RemoteOpener remoteOpener() {
        return grants;
    }

    /** A file that is open for writing is not clean for long. */
    private void published(Task task) {
        if (task.getUpload().getStagedCtimeNanos() != 0) {
            return;
        }
        StagedKey key = new StagedKey(task.getWorkspaceId(), task.getUpload().getIno());
        area.cleaned(key, task.getUpload().getGeneration());
    }

    private void run() {
        try {
            Membership membership = new Membership(control, self(), this::registered, stopped);
            if (!membership.join() || !recover()) {
                return;
            }
            engine.start();
            scanner.start();
            copies.start();
            contact.heard(clock.millis());
            ready.complete(null);
            LOG.log(
                    Level.INFO,
                    EventName.WORKER_READY.line(
                            "worker", settings.id(), "socket", settings.socket()));
            if (!membership.keep(this::report)) {
                fenced = true;
                onFenced.run();
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "worker stopped, a bug", e);
            fenced = true;
            onFenced.run();
        }
    }

    private RegisterWorkerRequest self() {
        return RegisterWorkerRequest.newBuilder()
                .setWorkerId(settings.id())
                .setNode(settings.node())
                .setSocketPath(settings.socket().toString())
                .setAddress(settings.address())
                .putAllLabels(settings.labels())
                .setStagingId(area.id())
                .setCapacityBytes(area.space().capacityBytes())
                .setVersion(WorkerParts.version())
                .build();
    }

    private void registered(RegisterWorkerReply reply) {
        verifier.set(verifier(reply.getGrantKey().toByteArray()));
        contact.lostAfter(reply.getLostMillis());
    }

    /** Tries until it is done; false when the worker is to stop before. */
    private boolean recover() {
        while (true) {
            try {
                recovery.run();
                return true;
            } catch (ForebayException e) {
                LOG.log(
                        Level.WARNING,
                        "staged files not sorted out yet cause=\"" + e.getMessage() + "\"");
            }
            if (stopsWithin(RECOVERY_PAUSE_MILLIS)) {
                return false;
            }
        }
    }

    private boolean stopsWithin(long millis) {
        try {
            return stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private FailureKind report() {
        Space space = area.measure();
        // What is clean counts as room: it goes as soon as the room is needed.
        long asked = clock.millis();
        boolean kept = contact.isKept();
        FailureKind failure = control.heartbeat(space.usedBytes(), space.availableBytes());
        if (failure == FailureKind.FAILURE_NONE) {
            if (!kept) {
                recovery.review();
            }
            contact.heard(asked);
            relieve(space);
        }
        return failure;
    }

    /** Beside the heartbeats: a round may last longer than the control plane waits for them. */
    private void relieve(Space space) {
        if (relieving.compareAndSet(false, true)) {
            Thread.ofVirtual().name("eviction").start(() -> relieveNow(space));
        }
    }

    private void relieveNow(Space space) {
        try {
            eviction.relieve(space);
        } catch (ForebayException e) {
            LOG.log(Level.WARNING, "eviction failed, tried again cause=\"" + e.getMessage() + "\"");
        } finally {
            relieving.set(false);
        }
    }

    boolean isReady() {
        return ready.isDone() && !fenced;
    }

    boolean isFenced() {
        return fenced;
    }

    /** Lets uploads in flight finish or be taken by the next process, and gives everything back. */
    @Override
    public void close() {
        stopped.countDown();
        scanner.interrupt();
        server.close();
        copies.close();
        engine.close();
        join();
        control.close();
        channel.shutdownNow();
        area.close();
        LOG.log(Level.INFO, EventName.WORKER_STOPPED.line("worker", settings.id()));
    }

    private void join() {
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(JOIN_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
