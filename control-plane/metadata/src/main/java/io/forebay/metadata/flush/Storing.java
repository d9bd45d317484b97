package io.forebay.metadata.flush;

import io.forebay.metadata.kv.Look;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import io.forebay.proto.CopiesRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FlushRecord;
import io.forebay.proto.InodeRecord;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waits until the bucket has what WRITE_THROUGH promises to be there. */
public final class Storing {
    private final Database database;
    private final Barrier barrier;

    public Storing(Database database, Barrier barrier) {
        this.database = database;
        this.barrier = barrier;
    }

    /**
     * What is answered with NONE survives a power loss: also that the bucket has it.
     *
     * @param asked runs now and then while it waits; what it throws ends the waiting
     */
    public AwaitStoredReply await(AwaitStoredRequest request, Runnable asked)
            throws InterruptedException {
        AwaitStoredReply reply = isOfFile(request) ? file(request, asked) : below(request);
        if (reply.getFailure() == FailureKind.FAILURE_NONE) {
            database.settle();
        }
        return reply;
    }

    private static boolean isOfFile(AwaitStoredRequest request) {
        return request.getGeneration() != 0 || request.getAskedCopies() != 0;
    }

    private AwaitStoredReply file(AwaitStoredRequest request, Runnable asked)
            throws InterruptedException {
        return database.await(
                Keys.inode(request.getWorkspaceId(), request.getIno()),
                database.nowMillis() + request.getWaitMillis(),
                () -> {
                    asked.run();
                    AwaitStoredReply reply = database.read(tx -> look(tx, request));
                    return Look.of(reply, reply.getFailure() != FailureKind.FAILURE_BUSY);
                });
    }

    private static AwaitStoredReply look(ReadTransaction tx, AwaitStoredRequest request) {
        long ws = request.getWorkspaceId();
        InodeRecord inode = Inode.read(tx, ws, request.getIno());
        boolean named = inode != null && inode.getAttributes().getNlink() > 0;
        if (inode == null || (!named && !inode.getNameable())) {
            return answer(FailureKind.FAILURE_NONE, ""); // nobody can look for it any more
        }
        CopiesRecord copies = inode.getCopies();
        if (copies.getThere() < request.getAskedCopies()) {
            return answer(FailureKind.FAILURE_BUSY, copies.getError());
        }
        if (!named || request.getGeneration() == 0) {
            return answer(FailureKind.FAILURE_NONE, "");
        }
        FlushRecord flush = inode.getFlush();
        FailureKind failure =
                switch (inode.getAttributes().getFlushState()) {
                    case FLUSH_STATE_OPEN -> open(tx, request, inode);
                    case FLUSH_STATE_QUEUED,
                            FLUSH_STATE_UPLOADING,
                            FLUSH_STATE_COMMITTING,
                            FLUSH_STATE_FAILED ->
                            FailureKind.FAILURE_BUSY;
                    case FLUSH_STATE_CONFLICT -> FailureKind.FAILURE_CONFLICT;
                    case FLUSH_STATE_CLEAN,
                            FLUSH_STATE_TRANSIENT,
                            FLUSH_STATE_UNSPECIFIED,
                            UNRECOGNIZED ->
                            FailureKind.FAILURE_NONE;
                };
        return answer(failure, flush.getError());
    }

    private static FailureKind open(
            ReadTransaction tx, AwaitStoredRequest request, InodeRecord inode) {
        FlushRecord flush = inode.getFlush();
        if (inode.getObject().getGeneration() >= request.getGeneration()
                && inode.getObject().getKey().equals(key(tx, request))) {
            return FailureKind.FAILURE_NONE;
        }
        if (flush.getCutGeneration() >= request.getGeneration()) {
            return FailureKind.FAILURE_BUSY;
        }
        return flush.getError().isEmpty()
                ? FailureKind.FAILURE_STALE
                : FailureKind.FAILURE_CONFLICT;
    }

    private static @Nullable String key(ReadTransaction tx, AwaitStoredRequest request) {
        List<byte[]> path = Names.path(tx, request.getWorkspaceId(), request.getIno());
        return path == null ? null : ObjectKeys.of(path);
    }

    private AwaitStoredReply below(AwaitStoredRequest request) throws InterruptedException {
        long ws = request.getWorkspaceId();
        List<byte[]> path =
                database.find(tx -> Names.path(tx, ws, request.getIno())).orElse(List.of());
        long since =
                request.getSinceMillis() == 0 ? database.nowMillis() : request.getSinceMillis();
        Barrier.Pending pending = barrier.await(ws, joined(path), since, request.getWaitMillis());
        FailureKind failure =
                pending.settled()
                        ? FailureKind.FAILURE_NONE
                        : pending.stuck() ? FailureKind.FAILURE_CONFLICT : FailureKind.FAILURE_BUSY;
        String why = pending.failures().isEmpty() ? "" : pending.failures().getFirst().error();
        return answer(failure, why).toBuilder().setSinceMillis(since).build();
    }

    private static byte[] joined(List<byte[]> names) {
        ByteArrayOutputStream path = new ByteArrayOutputStream();
        for (byte[] name : names) {
            path.write('/');
            path.writeBytes(name);
        }
        return path.toByteArray();
    }

    private static AwaitStoredReply answer(FailureKind failure, String message) {
        return AwaitStoredReply.newBuilder().setFailure(failure).setMessage(message).build();
    }
}
