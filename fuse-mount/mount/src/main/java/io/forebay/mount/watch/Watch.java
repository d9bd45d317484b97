package io.forebay.mount.watch;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.KernelCache;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.Attachment;
import io.forebay.mount.meta.MetadataClient;
import io.forebay.observability.EventName;
import io.forebay.proto.Change;
import io.forebay.proto.WatchPosition;
import io.forebay.proto.WatchReply;
import io.forebay.proto.WatchRequest;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows what other mounts change. Before {@link #start}, and while the control plane cannot be
 * heard, the kernel may believe what it is told for a short time only.
 */
public final class Watch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Watch.class.getName());

    /** A stream that is back before has told everything; after it, nothing is believed any more. */
    private static final long GRACE_MILLIS = 2_000;

    private static final long PAUSE_MILLIS = 200;

    private final MetadataClient client;
    private final Attachment attachment;
    private final InstantSource clock;
    private final WatchMeter meter;
    private final Changes recent = new Changes();

    /** What was known when a thread began its request; a thread answers one at a time. */
    private static final ThreadLocal<@Nullable Begun> BEGUN = new ThreadLocal<>();

    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Forgetting forgetting;
    private volatile @Nullable Thread thread;

    /** The stream is there: each change since then is told. */
    private volatile boolean live;

    /** Owned by the watching thread; so is the next one. */
    private @Nullable WatchPosition position;

    private long lostAtMillis;

    public Watch(
            MetadataClient client, Attachment attachment, InstantSource clock, WatchMeter meter) {
        this.client = client;
        this.attachment = attachment;
        this.clock = clock;
        this.meter = meter;
    }

    /** A request that is being answered: the last change before it, and what it may promise. */
    private record Begun(Request request, long change, long timeoutNanos) {}

    // ---- for those who answer requests

    /** A thread begins to answer; what it learns from now on is newer than all changes till now. */
    public void begin(Request request) {
        BEGUN.set(new Begun(request, recent.newest(), promise()));
    }

    /** How long the kernel may believe the answer that this thread makes. */
    public long timeoutNanos() {
        Begun now = BEGUN.get();
        return now == null ? attachment.entryTimeoutNanos() : now.timeoutNanos();
    }

    /**
     * What the kernel knows of the node's mode, size and times is asked for anew, also where a
     * change has not been told yet. Nothing is waited for, so that a thread that answers a request
     * can do it.
     */
    public void forgetAttributes(long ino) {
        Forgetting teller = forgetting;
        if (teller != null) {
            teller.kernel().forgetAttributes(ino);
        }
    }

    /** Whether each change of others is told. */
    public boolean isLive() {
        return live;
    }

    private long promise() {
        Forgetting teller = forgetting;
        return live && teller != null && teller.canExpireAll()
                ? attachment.watchedTimeoutNanos()
                : attachment.entryTimeoutNanos();
    }

    /**
     * The kernel has the thread's answer. What came while it was made may have been told before it,
     * in vain: it is told once more.
     */
    public void answered() {
        Begun ended = BEGUN.get();
        BEGUN.remove();
        Forgetting teller = forgetting;
        if (ended == null || teller == null || !plants(ended.request())) {
            return;
        }
        Optional<List<Change>> missed = recent.since(ended.change());
        if (missed.isPresent()) {
            teller.offer(missed.get());
        } else {
            teller.everything();
        }
    }

    /**
     * Whether the answer makes the kernel know something whatever it was told meanwhile. Of
     * attributes alone it sees by itself that they are old (fuse_change_attributes).
     */
    private static boolean plants(Request request) {
        return switch (request) {
            case Request.Lookup _,
                    Request.Create _,
                    Request.CreateUnnamed _,
                    Request.MakeNode _,
                    Request.MakeDirectory _,
                    Request.SymLink _,
                    Request.Link _,
                    Request.SetAttr _ ->
                    true;
            case Request.ReadDirectory read -> read.plus();
            default -> false;
        };
    }

    // ---- the stream

    /** Begins to follow, once the kernel is there to be told. */
    public void start(KernelCache kernel, Remembered remembered) {
        forgetting = new Forgetting(kernel, remembered, meter);
        thread = Thread.ofPlatform().name("watch").daemon().start(this::run);
    }

    private void run() {
        boolean forgotten = true; // nothing is known yet
        while (closed.getCount() > 0) {
            follow();
            if (live) {
                live = false;
                lostAtMillis = clock.millis();
                forgotten = false;
                meter.lost();
                LOG.log(WARNING, EventName.WATCH_LOST.line());
            }
            if (!forgotten && clock.millis() - lostAtMillis >= GRACE_MILLIS) {
                forgetEverything();
                forgotten = true;
            }
            pause();
        }
    }

    /** Returns when the stream has ended, or could not be had. */
    private void follow() {
        WatchRequest.Builder request =
                WatchRequest.newBuilder()
                        .setMountId(attachment.mountId())
                        .setWorkspaceId(attachment.workspaceId());
        if (position != null) {
            request.setAfter(position);
        }
        try {
            client.watch(request.build(), reply -> told(request.getMountId(), reply));
        } catch (ForebayException e) {
            LOG.log(DEBUG, "no stream of changes", e); // a loss is said by the caller, once
        }
    }

    /** False ends the stream: the mount has another id by now, or ends. */
    private boolean told(long mountId, WatchReply reply) {
        position = reply.getPosition();
        if (!live) {
            live = true;
            LOG.log(INFO, EventName.WATCH_FOUND.line("missed", reply.getMissed()));
        }
        if (reply.getMissed()) {
            forgetEverything();
        }
        for (Change change : reply.getChangesList()) {
            recent.add(change);
            if (!hand(change)) {
                return false;
            }
        }
        return mountId == attachment.mountId();
    }

    private boolean hand(Change change) {
        Forgetting teller = forgetting;
        try {
            if (teller != null) {
                teller.put(change);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void forgetEverything() {
        Forgetting teller = forgetting;
        if (teller != null) {
            teller.everything();
        }
    }

    private void pause() {
        try {
            boolean _ = closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Thread following = thread;
        if (following != null) {
            following.interrupt();
            try {
                following.join(Duration.ofSeconds(2));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Forgetting teller = forgetting;
        if (teller != null) {
            teller.close();
        }
    }
}
