package io.forebay.mount.meta;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.mount.kept.KeptState;
import io.forebay.mount.kept.RequestLog;
import io.forebay.observability.EventName;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.Caller;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RenewRequest;
import io.forebay.schema.ForebayException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The mount as the control plane knows it: its id, its lease, and the numbering of its mutations.
 * When the lease was lost it attaches again under a new id; what is open is then opened again by
 * the listener before any call uses the new id.
 */
public final class Attachment implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Attachment.class.getName());

    private final MetadataClient client;
    private final AttachRequest request;
    private final AttachReply first;
    private final RequestSlots slots;
    private final long firstRenewalMillis;

    /** The kernel's request that a thread answers. */
    private final ThreadLocal<Turn> turns = ThreadLocal.withInitial(Turn::new);

    /**
     * Makes one thread attach again, not all of them; waiting for it is what the others must do.
     */
    private final ReentrantLock attaching = new ReentrantLock();

    private final ScheduledExecutorService renewal;

    private volatile long mountId;

    /** The mount's id, or the one that it is about to have: what is open is being told of it. */
    private volatile long announced;

    private volatile LongConsumer listener = id -> {};
    private volatile Consumer<AttachReply> keeper = reply -> {};

    private Attachment(
            MetadataClient client,
            AttachRequest request,
            AttachReply first,
            RequestLog log,
            long firstRenewalMillis) {
        this.client = client;
        this.request = request;
        this.first = first;
        this.mountId = first.getMountId();
        this.announced = mountId;
        this.firstRenewalMillis = firstRenewalMillis;
        this.slots = new RequestSlots(log);
        client.attached(first);
        this.renewal =
                Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "lease");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** As {@link #attach(MetadataClient, AttachRequest, RequestLog)}, for this process alone. */
    public static Attachment attach(MetadataClient client, AttachRequest request) {
        return attach(client, request, KeptState.alone().requests());
    }

    /**
     * Makes the mount known; {@link #keepLease} must follow.
     *
     * @throws ForebayException NOT_FOUND: no such workspace; UNAVAILABLE: no control plane
     */
    public static Attachment attach(MetadataClient client, AttachRequest request, RequestLog log) {
        AttachReply reply = client.attach(request);
        if (reply.getFailure() != FailureKind.FAILURE_NONE) {
            throw new ForebayException(reply.getFailure(), "The workspace cannot be attached")
                    .with("workspace", request.getWorkspace());
        }
        return new Attachment(client, request, reply, log, period(reply));
    }

    /** Goes on with the lease of a process that has died, as the answer that it got. */
    public static Attachment resume(
            MetadataClient client, AttachRequest request, AttachReply reply, RequestLog log) {
        // at once: the dead one's last renewal may be long ago
        return new Attachment(client, request, reply, log, 0);
    }

    private static long period(AttachReply reply) {
        return Math.max(1, reply.getLeaseMillis() / 3);
    }

    public long workspaceId() {
        return first.getWorkspaceId();
    }

    public long mountId() {
        return mountId;
    }

    /** How long the kernel may believe names and attributes. */
    public long entryTimeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(first.getEntryTimeoutMillis());
    }

    /** Who keeps the answer to each attach for a process that takes over. */
    public void onAttached(Consumer<AttachReply> keep) {
        this.keeper = keep;
        keep.accept(first.toBuilder().setMountId(mountId).build());
    }

    /** The same, while the mount hears of what others change. */
    public long watchedTimeoutNanos() {
        return Math.max(
                entryTimeoutNanos(),
                TimeUnit.MILLISECONDS.toNanos(first.getWatchedTimeoutMillis()));
    }

    /**
     * Keeps the lease from now on until {@link #close}.
     *
     * @param reopen opens again what is open, given the new mount id, after the lease was lost
     */
    public void keepLease(LongConsumer reopen) {
        this.listener = reopen;
        ScheduledFuture<?> _ =
                renewal.scheduleWithFixedDelay(
                        this::renew, firstRenewalMillis, period(first), TimeUnit.MILLISECONDS);
    }

    /**
     * Makes one mutation, under a request id of its own; once more when the lease had been lost.
     * The first one that a thread makes for a request of the kernel happens once even when the
     * request comes again to another process; later ones must bear to happen twice.
     *
     * @param failure finds the failure in a reply
     */
    public <R> R mutate(Origin origin, Function<Caller, R> rpc, Function<R, FailureKind> failure) {
        Turn turn = turns.get();
        boolean first = turn.id != 0 && turn.slot == null;
        RequestSlots.Slot slot = takeSlot(first ? turn : Turn.NONE);
        if (first) {
            turn.slot = slot;
        }
        try {
            long id = mountId;
            R reply = rpc.apply(caller(origin, id, slot));
            if (failure.apply(reply) != FailureKind.FAILURE_STALE || !attachAgain(id)) {
                return reply;
            }
            return rpc.apply(caller(origin, mountId, slot));
        } finally {
            if (!first) {
                slots.giveBack(slot);
            }
        }
    }

    /** The thread's mutations are those of a request of the kernel, until it was answered. */
    public void begin(long requestId, boolean resent) {
        answered();
        Turn turn = turns.get();
        turn.id = requestId;
        turn.resent = resent;
    }

    /** The kernel has the answer: the request comes to nobody any more. */
    public void answered() {
        Turn turn = turns.get();
        turn.id = 0;
        RequestSlots.Slot slot = turn.slot;
        if (slot != null) {
            turn.slot = null;
            slots.giveBack(slot);
        }
    }

    /** Requests that a dead process had begun and that did not come again will not come. */
    public void abandonUnfinished() {
        slots.abandonUnfinished();
    }

    /**
     * Has opened again what the control plane granted to a mount id that it has forgotten since,
     * where the listener was told before that was known to be open.
     *
     * @param id the mount's when the grant was asked for
     */
    public void ifReplaced(long id, LongConsumer reopen) {
        if (announced != id) {
            attaching.lock();
            try {
                reopen.accept(mountId);
            } finally {
                attaching.unlock();
            }
        }
    }

    /** Sees to the lease after an answer said STALE. */
    public void checkLease() {
        attachAgain(mountId);
    }

    /** Ends the lease; what the mount still has open is settled by the control plane. */
    @Override
    public void close() {
        renewal.shutdownNow();
        DetachRequest detach =
                DetachRequest.newBuilder()
                        .setMountId(mountId)
                        .setWorkspaceId(workspaceId())
                        .build();
        client.detach(detach);
    }

    private void renew() {
        try {
            attachAgain(mountId);
        } catch (RuntimeException e) {
            LOG.log(WARNING, EventName.LEASE_LOST.line("renewed", false, "cause", e.toString()));
        }
    }

    /** Renews the lease of {@code id}; true when that is over and the mount has another id now. */
    private boolean attachAgain(long id) {
        attaching.lock();
        try {
            if (mountId != id) {
                return true;
            }
            RenewRequest renewal =
                    RenewRequest.newBuilder().setMountId(id).setWorkspaceId(workspaceId()).build();
            if (client.renew(renewal).getFailure() != FailureKind.FAILURE_STALE) {
                return false;
            }
            AttachReply reply = client.attach(request);
            if (reply.getFailure() != FailureKind.FAILURE_NONE) {
                LOG.log(WARNING, EventName.LEASE_LOST.line("attach", reply.getFailure()));
                return false;
            }
            LOG.log(WARNING, EventName.LEASE_LOST.line("old", id, "new", reply.getMountId()));
            client.attached(reply);
            announced = reply.getMountId();
            listener.accept(reply.getMountId());
            keeper.accept(reply);
            mountId = reply.getMountId();
            return true;
        } finally {
            attaching.unlock();
        }
    }

    private RequestSlots.Slot takeSlot(Turn turn) {
        try {
            return slots.take(turn.id, turn.resent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The mount is being ended", e);
        }
    }

    /** Owned by its thread. */
    private static final class Turn {
        private static final Turn NONE = new Turn();

        private long id;
        private boolean resent;
        private RequestSlots.@Nullable Slot slot;
    }

    private static Caller caller(Origin origin, long id, RequestSlots.Slot slot) {
        return Caller.newBuilder()
                .setMountId(id)
                .setUid(origin.uid())
                .setGid(origin.gid())
                .setRequest(slot.next())
                .setTrace(origin.trace())
                .build();
    }
}
