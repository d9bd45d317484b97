package io.forebay.transport.remote.serve;

import io.forebay.proto.FailureKind;
import io.forebay.proto.FileReplyHead;
import io.forebay.proto.FileRequestHead;
import io.forebay.proto.FileRequestHead.OperationCase;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.remote.wire.FileProtocol;
import io.forebay.transport.remote.wire.Frame;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One open file of a mount on another node, at its worker. Requests wait in the order in which they
 * came, and a few of them are in work at once; a read waits until the mount has taken what was read
 * before.
 */
final class FileStream implements StreamObserver<Frame<FileRequestHead>>, RemoteOpener.Keeper {
    private static final System.Logger LOG = System.getLogger(FileStream.class.getName());

    /** Enough to keep a disk busy behind a network; what was read meanwhile waits in memory. */
    private static final int WORKING_MAX = 4;

    /** Requests that wait or are in work, from one stream. */
    private static final int REQUESTS_MAX = 16;

    private final StagedFileStreams all;
    private final ServerCallStreamObserver<Frame<FileReplyHead>> client;
    private final CompletableFuture<Void> keptNothing = new CompletableFuture<>();

    /** All guarded by this. */
    private final Deque<Frame<FileRequestHead>> waiting = new ArrayDeque<>();

    private int working;
    private RemoteOpener.@Nullable Opened opened;

    /** The mount was asked for one more request. */
    private boolean asked = true;

    /** It must keep nothing, and was not told yet that it may. */
    private boolean recalledEarly;

    /** Nothing more is taken; what waits is done. */
    private boolean finishing;

    private boolean ended;

    /** Guarded by the client: whoever tells it anything holds it. */
    private boolean completed;

    FileStream(StagedFileStreams all, ServerCallStreamObserver<Frame<FileReplyHead>> client) {
        this.all = all;
        this.client = client;
        client.disableAutoRequest();
        client.setOnCancelHandler(this::end);
        client.setOnReadyHandler(this::go);
        client.request(1);
    }

    // ---- requests

    @Override
    public void onNext(Frame<FileRequestHead> request) {
        boolean recalled = request.head().getOperationCase() == OperationCase.KEPT_NOTHING;
        boolean refused;
        synchronized (this) {
            asked = false;
            refused = finishing || ended;
            if (!refused && !recalled) {
                waiting.add(request);
                all.intake().add(request.payload().size());
            }
        }
        if (recalled) {
            keptNothing.complete(null);
            send(Frame.of(head(request).build()));
        } else if (refused) {
            request.payload().release();
            String text = "The worker ends; open the file again";
            send(Frame.of(failure(request, FailureKind.FAILURE_STALE, text)));
        }
        go();
        ask();
    }

    @Override
    public void onError(Throwable failure) {
        end();
    }

    @Override
    public void onCompleted() {
        finish();
    }

    /** Asks for the next request, when it is time. */
    private void ask() {
        synchronized (this) {
            if (asked || ended || opened == null || waiting.size() + working >= REQUESTS_MAX) {
                return;
            }
            asked = true;
        }
        all.intake().askWhenRoom(() -> client.request(1));
    }

    /** Puts waiting requests to work. */
    private void go() {
        Frame<FileRequestHead> next = next();
        while (next != null) {
            Frame<FileRequestHead> request = next;
            boolean open = request.head().getOperationCase() == OperationCase.OPEN;
            try {
                (open ? all.opens() : all.work()).execute(() -> work(request));
            } catch (RejectedExecutionException e) {
                worked(request);
                cut();
            }
            next = next();
        }
    }

    private synchronized @Nullable Frame<FileRequestHead> next() {
        Frame<FileRequestHead> next = waiting.peek();
        if (next == null || ended || working >= WORKING_MAX) {
            return null;
        }
        boolean reads = next.head().getOperationCase() == OperationCase.READ;
        if (reads && working > 0 && !client.isReady()) {
            return null; // the end of what is in work, or the client's readiness, looks again
        }
        working++;
        return waiting.remove();
    }

    private void work(Frame<FileRequestHead> request) {
        try {
            if (request.head().getOperationCase() == OperationCase.OPEN) {
                open(request.head());
            } else {
                send(all.operations().apply(current().file(), request));
            }
        } catch (PosixException e) {
            send(Frame.of(head(request).setErrno(e.errno()).build()));
        } catch (ForebayException e) {
            send(Frame.of(failure(request, e.kind(), Objects.toString(e.getMessage()))));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "remote request failed, a bug", e);
            String text = "The worker failed inside; see its log";
            send(Frame.of(failure(request, FailureKind.FAILURE_UNAVAILABLE, text)));
        } finally {
            worked(request);
        }
    }

    private void open(FileRequestHead request) {
        if (all.isFull()) {
            throw new ForebayException(
                    FailureKind.FAILURE_TOO_MANY_FILES,
                    "The worker has as many files open as it may");
        }
        RemoteOpener.Opened file =
                all.opener()
                        .open(
                                request.getOpen().getToken().toByteArray(),
                                request.getOpen().getWriters(),
                                this,
                                request.getOpen().getAtOnce());
        boolean kept = false;
        try {
            kept =
                    adopt(
                            file,
                            FileReplyHead.newBuilder()
                                    .setNumber(request.getNumber())
                                    .setStatus(FileProtocol.message(file.file().stat()))
                                    .setBoot(all.boot())
                                    .setWriters(file.writers()));
        } finally {
            if (!kept) {
                file.close();
            }
        }
        if (!kept) {
            cut(); // a second open in one stream, or nobody waits any more
        }
    }

    /** A recall comes either before the answer, which then says so, or after it. */
    private synchronized boolean adopt(RemoteOpener.Opened file, FileReplyHead.Builder reply) {
        if (ended || opened != null) {
            return false;
        }
        opened = file;
        send(Frame.of(reply.setMayKeep(file.mayKeep() && !recalledEarly).build()));
        return true;
    }

    private synchronized RemoteOpener.Opened current() {
        if (opened == null) {
            throw new ForebayException(
                    FailureKind.FAILURE_INVALID, "The first request of a stream must be an open");
        }
        return opened;
    }

    private void worked(Frame<FileRequestHead> request) {
        request.payload().release();
        all.intake().remove(request.payload().size());
        boolean last;
        synchronized (this) {
            working--;
            last = isDone();
        }
        if (last) {
            complete(Status.OK);
            end();
        }
        closeWhenEnded();
        go();
        ask();
    }

    private synchronized boolean isDone() {
        return finishing && waiting.isEmpty() && working == 0;
    }

    // ---- what the mount is told

    @Override
    public synchronized CompletableFuture<Void> recall() {
        if (opened == null) {
            recalledEarly = true;
            keptNothing.complete(null);
        } else {
            all.watch().recalled();
            send(Frame.of(FileReplyHead.getDefaultInstance()));
        }
        return keptNothing;
    }

    private void send(Frame<FileReplyHead> reply) {
        synchronized (client) {
            if (!completed && !client.isCancelled()) {
                client.onNext(reply);
            }
        }
    }

    private void complete(Status status) {
        synchronized (client) {
            if (!completed && !client.isCancelled()) {
                if (status.isOk()) {
                    client.onCompleted();
                } else {
                    client.onError(status.asRuntimeException());
                }
            }
            completed = true;
        }
    }

    private static FileReplyHead.Builder head(Frame<FileRequestHead> request) {
        return FileReplyHead.newBuilder().setNumber(request.head().getNumber());
    }

    private static FileReplyHead failure(
            Frame<FileRequestHead> request, FailureKind kind, String text) {
        return head(request).setFailure(kind).setMessage(text).build();
    }

    // ---- its end

    /** Takes nothing more, and ends when what was taken is answered. */
    void finish() {
        boolean now;
        synchronized (this) {
            finishing = true;
            now = isDone();
        }
        if (now) {
            complete(Status.OK);
            end();
        }
    }

    @Override
    public void cut() {
        complete(Status.ABORTED.withDescription("The open has ended; open the file again"));
        end();
    }

    private void end() {
        List<Frame<FileRequestHead>> dropped;
        synchronized (this) {
            ended = true;
            dropped = List.copyOf(waiting);
            waiting.clear();
        }
        for (Frame<FileRequestHead> request : dropped) {
            request.payload().release();
            all.intake().remove(request.payload().size());
        }
        keptNothing.complete(null);
        all.ended(this);
        closeWhenEnded();
    }

    private void closeWhenEnded() {
        RemoteOpener.Opened last;
        synchronized (this) {
            if (!ended || working > 0) {
                return;
            }
            last = opened;
            opened = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
