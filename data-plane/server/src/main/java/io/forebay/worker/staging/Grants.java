package io.forebay.worker.staging;

import io.forebay.observability.EventName;
import io.forebay.persist.ObjectRef;
import io.forebay.persist.ObjectStore;
import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ObjectSource;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.store.StagingArea;
import io.forebay.transport.grant.GrantVerifier;
import io.forebay.transport.local.StagedFileHandler;
import io.forebay.transport.local.StagedFileServer;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.remote.serve.RemoteOpener;
import io.forebay.worker.foreign.Doubts;
import io.forebay.worker.telemetry.TaskTrace;
import io.forebay.worker.telemetry.WorkerMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/** Opens staged files for tokens. What was evicted is brought back first. */
public final class Grants implements StagedFileHandler, RemoteOpener {
    private static final System.Logger LOG = System.getLogger(Grants.class.getName());

    /** As long as a client is patient: a worker that starts beside its control plane needs less. */
    private static final long READY_WAIT_SECONDS = 20;

    /** Opens of this node that may wait for the bucket: each takes a connection and a thread. */
    private static final int WAITS_MAX = StagedFileServer.CONNECTIONS_MAX / 2;

    private final StagingArea area;
    private final ObjectStore store;
    private final Eviction eviction;
    private final Doubts doubts;
    private final CopyUses copies;
    private final Contact contact;
    private final WorkerMetrics metrics;
    private final TaskTrace trace;
    private final Sharing sharing;
    private final Supplier<GrantVerifier> verifier;
    private final StoreWait storeWait;
    private final Semaphore waits = new Semaphore(WAITS_MAX);

    /** Completed when what is on the disk is sorted out. */
    private final CompletableFuture<Void> ready;

    public Grants(
            StagedParts parts,
            InstantSource clock,
            Supplier<GrantVerifier> verifier,
            CompletableFuture<Void> ready,
            StoreWait storeWait) {
        this.sharing = new Sharing(clock);
        this.area = parts.area();
        this.store = parts.store();
        this.eviction = parts.eviction();
        this.doubts = parts.doubts();
        this.copies = parts.copies();
        this.contact = parts.contact();
        this.metrics = parts.metrics();
        this.trace = parts.trace();
        this.verifier = verifier;
        this.ready = ready;
        this.storeWait = storeWait;
    }

    @Override
    public NativeFile open(byte[] token, boolean atOnce) {
        return granted(
                token, atOnce, claims -> isHere(claims) ? openLocal(claims) : openBrought(claims));
    }

    private NativeFile openBrought(Claims claims) {
        if (!waits.tryAcquire()) {
            throw busy("As many opens wait for the bucket as may; open the file again later");
        }
        try {
            return openLocal(claims);
        } finally {
            waits.release();
        }
    }

    private NativeFile openLocal(Claims claims) {
        requireOwn(claims);
        sharing.pass(key(claims), claims);
        return open(claims);
    }

    @Override
    public Opened open(byte[] token, long writers, Keeper keeper, boolean atOnce) {
        return granted(token, atOnce, claims -> openRemote(claims, writers, keeper));
    }

    private Opened openRemote(Claims claims, long writers, Keeper keeper) {
        if (!claims.getCopyOf().isEmpty()) {
            return openCopy(claims, keeper);
        }
        requireOwn(claims);
        Sharing.Use use = sharing.enter(key(claims), claims, writers, keeper);
        boolean done = false;
        try {
            Opened opened = new RemoteFile(open(claims), use);
            done = true;
            return opened;
        } finally {
            if (!done) {
                use.close();
            }
        }
    }

    /** What the owner before this worker still writes ends before the file is used. */
    private void requireOwn(Claims claims) {
        if (!claims.getCopyOf().isEmpty()) {
            throw new ForebayException(
                    FailureKind.FAILURE_INVALID, "A copy is written over the network alone");
        }
        StagedKey key = key(claims);
        if (!copies.isCopy(key)) {
            return;
        }
        if (!eviction.isOwn(key)) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE,
                    "Another worker owns the file by now; open it again");
        }
        copies.end(key);
    }

    /** For the owner, as long as the control plane calls him that and this a copy. */
    private Opened openCopy(Claims claims, Keeper keeper) {
        CopyUses.Use use = copies.enter(key(claims), keeper);
        boolean done = false;
        try {
            if (!eviction.isCopyOf(key(claims), claims.getCopyOf())) {
                throw new ForebayException(
                        FailureKind.FAILURE_STALE, "The copy is not this owner's any more");
            }
            Opened opened = new CopyFile(open(claims), use);
            done = true;
            return opened;
        } finally {
            if (!done) {
                use.close();
            }
        }
    }

    /** A copy; nobody else writes it. */
    private record CopyFile(NativeFile file, CopyUses.Use use) implements Opened {
        @Override
        public boolean mayKeep() {
            return true;
        }

        @Override
        public long writers() {
            return 1;
        }

        @Override
        public void close() {
            file.close();
            use.close();
        }
    }

    /** A file of a mount on another node. */
    private record RemoteFile(NativeFile file, Sharing.Use use) implements Opened {
        @Override
        public boolean mayKeep() {
            return use.mayKeep();
        }

        @Override
        public long writers() {
            return use.writers();
        }

        @Override
        public void close() {
            file.close();
            use.close();
        }
    }

    private <T> T granted(byte[] token, boolean atOnce, Function<Claims, T> open) {
        try {
            awaitReady();
            contact.await();
            Claims claims = verifier.get().verify(token);
            if (atOnce && !isHere(claims)) {
                throw busy("The file has to come back from the bucket; open it with patience");
            }
            T file = open.apply(claims);
            metrics.granted(FailureKind.FAILURE_NONE);
            return file;
        } catch (ForebayException e) {
            if (!atOnce || e.kind() != FailureKind.FAILURE_BUSY) { // else it is asked again
                metrics.granted(e.kind());
            }
            throw e;
        }
    }

    /** Whether nobody waits for the bucket before the file can be opened. */
    private boolean isHere(Claims claims) {
        StagedKey key = key(claims);
        return area.isIdle(key)
                && (claims.getCreate()
                        || claims.getTruncate()
                        || !claims.hasSource()
                        || area.locate(key).isPresent());
    }

    private static ForebayException busy(String message) {
        return new ForebayException(FailureKind.FAILURE_BUSY, message);
    }

    private static StagedKey key(Claims claims) {
        return new StagedKey(claims.getWorkspaceId(), claims.getIno());
    }

    private void awaitReady() {
        try {
            ready.get(READY_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            String message = "The worker waits for the control plane; open the file again later";
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            String message = "The worker stops; open the file again later";
            throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message, e);
        }
    }

    private NativeFile open(Claims claims) {
        StagedKey key = key(claims);
        Path path = bring(key, claims);
        area.opened(key, claims.getGeneration(), claims.getWrite());
        int flags = claims.getWrite() ? NativeFile.O_RDWR : NativeFile.O_RDONLY;
        try {
            return NativeFile.open(
                    path, claims.getTruncate() ? flags | NativeFile.O_TRUNC : flags, 0);
        } catch (PosixException e) {
            throw e.toForebay("The staged file cannot be opened; see the worker's disk")
                    .with("path", path);
        }
    }

    /** The staged file, made or brought back when it is not there. */
    private Path bring(StagedKey key, Claims claims) {
        if (claims.getCreate() || claims.getTruncate()) {
            return area.create(key);
        }
        Optional<Path> staged = area.locate(key);
        if (staged.isPresent()) {
            return staged.get();
        }
        if (claims.hasSource()) {
            return fetch(key, claims);
        }
        if (claims.getSize() == 0) {
            return area.create(key);
        }
        LOG.log(
                Level.ERROR,
                "staged file missing workspace="
                        + key.workspaceId()
                        + " ino="
                        + key.ino()
                        + " size="
                        + claims.getSize());
        throw new ForebayException(
                        FailureKind.FAILURE_UNAVAILABLE,
                        "The file's bytes are not on this worker's disk; was the disk replaced?")
                .with("ino", key.ino());
    }

    private Path fetch(StagedKey key, Claims claims) {
        ObjectSource source = claims.getSource();
        try {
            eviction.makeRoom(source.getSize());
            Path path = area.fill(key, source.getSize(), target -> download(claims, target));
            if (!claims.getWrite()) {
                area.cleaned(key, claims.getGeneration());
            }
            return path;
        } catch (ForebayException e) {
            if (isTold(claims, e)) {
                throw new ForebayException(
                        FailureKind.FAILURE_GONE,
                        "Somebody else changed the object: look the name up again",
                        e);
            }
            metrics.fetchFailed();
            LOG.log(
                    Level.WARNING,
                    EventName.FETCH_FAILED.line(
                            "workspace",
                            key.workspaceId(),
                            "ino",
                            key.ino(),
                            "key",
                            source.getKey(),
                            "cause",
                            Objects.toString(e.getMessage())));
            throw e;
        }
    }

    /** Whether others changed the object, and the control plane knows by now. */
    private boolean isTold(Claims claims, ForebayException failure) {
        boolean other =
                failure.kind() == FailureKind.FAILURE_CONFLICT
                        || failure.kind() == FailureKind.FAILURE_NOT_FOUND;
        try {
            return other
                    && doubts.settle(
                            claims.getWorkspaceId(),
                            claims.getLocation(),
                            claims.getSource().getKey());
        } catch (ForebayException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    private void download(Claims claims, FileChannel target) throws IOException {
        ObjectSource source = claims.getSource();
        ObjectRef object = ObjectRef.of(claims.getLocation(), source.getKey());
        try {
            trace.fetch(
                    claims,
                    () ->
                            storeWait.run(() ->
                                    store.download(
                                            object, source.getEtag(), source.getSize(), target)));
        } catch (UncheckedIOException e) {
            throw e.getCause(); // the disk's: the staging area knows what it means
        }
        metrics.fetched(source.getSize());
    }
}
