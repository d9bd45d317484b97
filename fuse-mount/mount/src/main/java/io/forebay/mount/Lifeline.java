package io.forebay.mount;

import static java.lang.System.Logger.Level.INFO;

import io.forebay.fuse.session.FuseSession;
import io.forebay.fuse.session.KeptMount;
import io.forebay.fuse.session.Serving;
import io.forebay.mount.fs.ForebayFileSystem;
import io.forebay.mount.holder.HolderLink;
import io.forebay.mount.kept.Descriptors;
import io.forebay.mount.kept.KeptState;
import io.forebay.observability.EventName;
import io.forebay.proto.AttachReply;
import io.forebay.proto.KeptMountRecord;
import io.forebay.transport.posix.NativeFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What ties this process to the one before it and to the one after it: what it inherits, what it
 * leaves, and its signs of life to whoever holds both.
 */
final class Lifeline implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Lifeline.class.getName());

    /** So soon after a takeover, every request that comes again has come. */
    private static final long RESENT_MILLIS = 30_000;

    private static final long BEAT_MILLIS = 2_000;

    /** What a planned hand-over waits for requests that were begun; the next process gets them. */
    private static final long HAND_OVER_MILLIS = 5_000;

    private static final long LOOK_MILLIS = 5;

    private final @Nullable HolderLink holder;
    private final KeptState state;
    private final Optional<KeptMount> inherited;

    private Lifeline(@Nullable HolderLink holder, KeptState state, Optional<KeptMount> inherited) {
        this.holder = holder;
        this.state = state;
        this.inherited = inherited;
    }

    /** Without a holder: the mount ends with this process. */
    static Lifeline none() {
        return new Lifeline(null, KeptState.alone(), Optional.empty());
    }

    /**
     * Asks the holder for what the process before this one left. Waits until that one has ended.
     *
     * @throws io.forebay.mount.kept.KeptException when this version cannot go on with it
     */
    static Lifeline of(HolderLink holder) {
        Map<Integer, NativeFile> files =
                new HashMap<>(holder.inherit(ProcessHandle.current().pid()));
        NativeFile device = files.remove(KeptState.DEVICE);
        if (device == null) {
            files.values().forEach(NativeFile::close);
            return new Lifeline(holder, KeptState.create(holder), Optional.empty());
        }
        KeptState state = KeptState.open(files, holder);
        return new Lifeline(
                holder, state, state.mount().map(record -> mount(record, device.descriptor())));
    }

    KeptState state() {
        return state;
    }

    /** The mount to go on with; empty: it must be made. */
    Optional<KeptMount> inherited() {
        return inherited;
    }

    /** How many processes served the mount before. */
    int takeovers() {
        return state.mount().map(KeptMountRecord::getTakeovers).orElse(0);
    }

    /** The mount was made: from now on a next process could go on with it. */
    void made(KeptMount mount, String version) {
        state.save(
                record().toBuilder()
                        .setMountPoint(mount.mountPoint().toString())
                        .setDeviceMinor(mount.deviceMinor())
                        .setProtocolMinor(mount.minor())
                        .setInitFlags(mount.flags())
                        .setTransferBytes(mount.transferBytes())
                        .setVersion(version)
                        .build());
        Descriptors keeper = holder == null || !mount.canBeTakenOver() ? Descriptors.NONE : holder;
        keeper.keep(KeptState.DEVICE, NativeFile.fromDescriptor(mount.descriptor()));
    }

    /** This process goes on with the mount. */
    void takenOver(String version) {
        KeptMountRecord record = record();
        state.save(
                record.toBuilder()
                        .setTakeovers(record.getTakeovers() + 1)
                        .setVersion(version)
                        .build());
    }

    /** What the control plane calls this mount, now. */
    void attached(AttachReply reply) {
        state.save(record().toBuilder().setAttached(reply).build());
    }

    /** The answer that the process before this one got; empty: there was none. */
    Optional<AttachReply> attached() {
        return state.mount().filter(KeptMountRecord::hasAttached).map(KeptMountRecord::getAttached);
    }

    private KeptMountRecord record() {
        return state.mount().orElseGet(KeptMountRecord::getDefaultInstance);
    }

    /** Serves from now on: gives signs of life, and ends for a successor when it is told to. */
    void serving(Serving session, Signs signs, ForebayFileSystem files) {
        HolderLink link = holder;
        if (link == null) {
            return;
        }
        link.serving(takeovers());
        daemon("signs-of-life", () -> beat(link, session, signs));
        if (session instanceof FuseSession own) {
            daemon("hand-over", () -> awaitHandOver(link, own, files));
        }
        daemon(
                "resent",
                () -> {
                    pause(RESENT_MILLIS);
                    files.endResent();
                });
    }

    @Override
    public void close() {
        HolderLink link = holder;
        if (link != null) {
            link.close();
        }
    }

    private static void beat(HolderLink link, Serving session, Signs signs) {
        while (pause(BEAT_MILLIS)) {
            link.beat(signs.stuckSeconds(session.inFlight()));
        }
    }

    private static void awaitHandOver(
            HolderLink link, FuseSession session, ForebayFileSystem files) {
        if (!link.awaitHandOver()) {
            return;
        }
        files.writeThrough();
        session.stopReading();
        for (long waited = 0;
                waited < HAND_OVER_MILLIS && !session.inFlight().isEmpty();
                waited += LOOK_MILLIS) {
            pause(LOOK_MILLIS);
        }
        await(daemon("flush", files::handOver));
        LOG.log(INFO, EventName.HANDOVER_BEGUN.line("unfinished", session.inFlight().size()));
        // Nothing may be ended in order: whatever is ended here, the next process needs.
        Runtime.getRuntime().halt(HolderLink.HANDED_OVER_STATUS);
    }

    private static KeptMount mount(KeptMountRecord record, int descriptor) {
        return new KeptMount(
                descriptor,
                Path.of(record.getMountPoint()),
                record.getDeviceMinor(),
                record.getProtocolMinor(),
                record.getInitFlags(),
                record.getTransferBytes());
    }

    private static Thread daemon(String name, Runnable task) {
        return Thread.ofPlatform().daemon().name(name).start(task);
    }

    /** A worker that does not answer is no reason to keep the mount waiting. */
    private static void await(Thread task) {
        try {
            task.join(Duration.ofMillis(HAND_OVER_MILLIS));
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
