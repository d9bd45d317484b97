package io.forebay.mount.meta;

import static java.lang.System.Logger.Level.WARNING;

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
import java.util.function.Function;
import java.util.function.LongConsumer;

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
    private final RequestSlots slots = new RequestSlots();

    /**
     * Makes one thread attach again, not all of them; waiting for it is what the others must do.
     */
    private final ReentrantLock attaching = new ReentrantLock();

    private final ScheduledExecutorService renewal;

    private volatile long mountId;
    private volatile LongConsumer listener = id -> {};

    private Attachment(MetadataClient client, AttachRequest request, AttachReply first) {
        this.client = client;
        this.request = request;
        this.first = first;
        this.mountId = first.getMountId();
        this.renewal =
                Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "lease");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Makes the mount known and keeps its lease until {@link #close}.
     *
     * @throws ForebayException NOT_FOUND: no such workspace; UNAVAILABLE: no control plane
     */
    public static Attachment attach(MetadataClient client, AttachRequest request) {
        AttachReply reply = client.attach(request);
        if (reply.getFailure() != FailureKind.FAILURE_NONE) {
            throw new ForebayException(reply.getFailure(), "The workspace cannot be attached")
                    .with("workspace", request.getWorkspace());
        }
        Attachment attachment = new Attachment(client, request, reply);
        long period = Math.max(1, reply.getLeaseMillis() / 3);
        ScheduledFuture<?> _ =
                attachment.renewal.scheduleWithFixedDelay(
                        attachment::renew, period, period, TimeUnit.MILLISECONDS);
        return attachment;
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

    /** Who opens again what is open, given the new mount id, after the lease was lost. */
    public void onAttachAgain(LongConsumer reopen) {
        this.listener = reopen;
    }

    /**
     * Makes one mutation, under a request id of its own; once more when the lease had been lost.
     *
     * @param failure finds the failure in a reply
     */
    public <R> R mutate(Origin origin, Function<Caller, R> rpc, Function<R, FailureKind> failure) {
        RequestSlots.Slot slot = takeSlot();
        try {
            long id = mountId;
            R reply = rpc.apply(caller(origin, id, slot));
            if (failure.apply(reply) != FailureKind.FAILURE_STALE || !attachAgain(id)) {
                return reply;
            }
            return rpc.apply(caller(origin, mountId, slot));
        } finally {
            slots.giveBack(slot);
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
            listener.accept(reply.getMountId());
            mountId = reply.getMountId();
            return true;
        } finally {
            attaching.unlock();
        }
    }

    private RequestSlots.Slot takeSlot() {
        try {
            return slots.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The mount is being ended", e);
        }
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
