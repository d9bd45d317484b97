package io.forebay.mount.open;

import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.services.Services;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.FinalSize;
import io.forebay.proto.NodeReply;
import io.forebay.proto.SyncReply;
import io.forebay.proto.SyncRequest;
import io.forebay.proto.TraceContext;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Records what was written to staged files: sizes and times, in the order they came about. */
public final class Commits {
    private final Services services;

    public Commits(Services services) {
        this.services = services;
    }

    /**
     * At close: whatever the metadata does not know yet, and that it counts as closed.
     *
     * @return what the close is to wait for
     */
    public Owed flush(OpenInode inode, Origin origin) {
        return traced(inode, origin, When.CLOSE);
    }

    /**
     * At fsync: in any case, because its answer says that the metadata survives a power loss.
     *
     * @return as of {@link #flush}
     */
    public Owed durable(OpenInode inode, Origin origin) {
        return traced(inode, origin, When.SYNC);
    }

    /** At a write with O_SYNC or O_DSYNC: as at fsync, but it waits for no store. */
    public void durableWrite(OpenInode inode, Origin origin) {
        traced(inode, origin, When.WRITE);
    }

    private Owed traced(OpenInode inode, Origin origin, When when) {
        AtomicReference<Owed> owed = new AtomicReference<>(Owed.NOTHING);
        TraceContext trace =
                services.trace()
                        .flush(
                                inode.ino(),
                                context -> {
                                    owed.set(commit(inode, origin.traced(context), when));
                                    return context;
                                });
        inode.flushedIn(trace);
        return owed.get();
    }

    /** At release: nobody hears of an error any more, so what fails travels with the release. */
    public void last(OpenInode inode, Origin origin) {
        try {
            commit(inode, origin, When.OTHER);
        } catch (RuntimeException e) {
            inode.written().ifPresent(inode::leaveOver);
        }
    }

    /** At truncate(2). */
    public void commit(OpenInode inode, Origin origin) {
        commit(inode, origin, When.OTHER);
    }

    /** Makes all that was answered before survive a power loss. */
    public void sync() {
        sync(0);
    }

    /** As {@link #sync()}; whether what is in the directory is to be stored as well. */
    public boolean sync(long directory) {
        SyncReply reply =
                services.metadata()
                        .sync(
                                SyncRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .setDirectory(directory)
                                        .build());
        FailureErrno.check(reply.getFailure());
        return reply.getStored();
    }

    private Owed commit(OpenInode inode, Origin origin, When when) {
        inode.commitOrder().lock();
        try {
            Optional<FinalSize> written = inode.written();
            return written.isPresent() && isDue(inode, written.get(), when)
                    ? send(inode, origin, written.get(), when)
                    : Owed.NOTHING;
        } finally {
            inode.commitOrder().unlock();
        }
    }

    private static boolean isDue(OpenInode inode, FinalSize written, When when) {
        return when == When.SYNC || when == When.WRITE || inode.isDue(written, when == When.CLOSE);
    }

    private Owed send(OpenInode inode, Origin origin, FinalSize written, When when) {
        CommitRequest.Builder commit =
                CommitRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setIno(inode.ino())
                        .setOwner(inode.place().owner())
                        .setWritten(written)
                        .setDurable(when == When.SYNC || when == When.WRITE)
                        .setClosed(when == When.CLOSE)
                        .setStore(
                                inode.place().waits() && (when == When.SYNC || when == When.CLOSE));
        NodeReply reply =
                services.attachment()
                        .mutate(
                                origin,
                                caller ->
                                        services.metadata()
                                                .commit(commit.setCaller(caller).build()),
                                NodeReply::getFailure);
        FailureErrno.check(reply.getFailure());
        inode.committed(
                written,
                when == When.CLOSE,
                new Fresh(reply.getAttributes(), services.clock().millis()));
        return new Owed(reply.getStoredGeneration(), reply.getAskedCopies());
    }

    /** What a commit is sent for. */
    private enum When {
        CLOSE,
        SYNC,
        WRITE,
        OTHER
    }
}
