package io.forebay.mount.open;

import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.services.Services;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.FinalSize;
import io.forebay.proto.NodeReply;
import io.forebay.proto.SyncRequest;
import io.forebay.proto.TraceContext;
import java.util.Optional;

/** Records what was written to staged files: sizes and times, in the order they came about. */
public final class Commits {
    private final Services services;

    public Commits(Services services) {
        this.services = services;
    }

    /** At close: whatever the metadata does not know yet, and that it counts as closed. */
    public void flush(OpenInode inode, Origin origin) {
        TraceContext trace =
                services.trace()
                        .flush(
                                inode.ino(),
                                context -> {
                                    commit(inode, origin.traced(context), When.CLOSE);
                                    return context;
                                });
        inode.flushedIn(trace);
    }

    /** At fsync: in any case, because its answer says that the metadata survives a power loss. */
    public void durable(OpenInode inode, Origin origin) {
        TraceContext trace =
                services.trace()
                        .flush(
                                inode.ino(),
                                context -> {
                                    commit(inode, origin.traced(context), When.SYNC);
                                    return context;
                                });
        inode.flushedIn(trace);
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
        FailureErrno.check(
                services.metadata()
                        .sync(
                                SyncRequest.newBuilder()
                                        .setWorkspaceId(services.workspaceId())
                                        .build())
                        .getFailure());
    }

    private void commit(OpenInode inode, Origin origin, When when) {
        inode.commitOrder().lock();
        try {
            Optional<FinalSize> written = inode.written();
            if (written.isPresent() && isDue(inode, written.get(), when)) {
                send(inode, origin, written.get(), when);
            }
        } finally {
            inode.commitOrder().unlock();
        }
    }

    private static boolean isDue(OpenInode inode, FinalSize written, When when) {
        return when == When.SYNC || inode.isDue(written, when == When.CLOSE);
    }

    private void send(OpenInode inode, Origin origin, FinalSize written, When when) {
        CommitRequest.Builder commit =
                CommitRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setIno(inode.ino())
                        .setWritten(written)
                        .setDurable(when == When.SYNC)
                        .setClosed(when == When.CLOSE);
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
                new OpenInode.Fresh(reply.getAttributes(), services.clock().millis()));
    }

    /** What a commit is sent for. */
    private enum When {
        CLOSE,
        SYNC,
        OTHER
    }
}
