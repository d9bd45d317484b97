package io.forebay.fuse.jnr;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FileSystem;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Asks a file system one request after the other, as a kernel would. */
final class Asking {
    /** How often a call that waits looks whether its caller got a signal. */
    private static final long LOOK_MILLIS = 50;

    private final FileSystem fileSystem;
    private final BooleanSupplier interrupted;
    private final AtomicLong lastUnique = new AtomicLong();

    /**
     * @param interrupted whether the caller of the call that this thread answers got a signal
     */
    Asking(FileSystem fileSystem, BooleanSupplier interrupted) {
        this.fileSystem = fileSystem;
        this.interrupted = interrupted;
    }

    /** Of a request that was never asked before. */
    Request.Header header(Caller caller, long nodeId) {
        return new Request.Header(
                lastUnique.addAndGet(2), nodeId, caller.uid(), caller.gid(), caller.pid());
    }

    /**
     * The answer.
     *
     * @throws FuseException with the errno
     */
    <R extends Reply> R ask(Request request, Class<R> kind) {
        Reply reply;
        try {
            reply = fileSystem.handle(request);
        } finally {
            fileSystem.answered();
        }
        if (reply instanceof Reply.Later later) {
            reply = await(later);
        }
        if (!kind.isInstance(reply)) {
            throw new IllegalStateException("not an answer to this request: " + reply.getClass());
        }
        return kind.cast(reply);
    }

    /** For answers that say nothing. */
    void done(Request request) {
        ask(request, Reply.Ok.class);
    }

    /** One lookup of the node is given back. */
    void forget(long nodeId) {
        ask(new Request.Forget(header(Caller.LIBRARY, nodeId), 1), Reply.None.class);
    }

    FileSystem fileSystem() {
        return fileSystem;
    }

    private Reply await(Reply.Later later) {
        CompletableFuture<Reply> answer =
                later.answer().whenComplete((_, _) -> fileSystem.answered());
        while (true) {
            try {
                return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                if (interrupted.getAsBoolean()) {
                    later.interrupt().run();
                }
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof FuseException known
                        ? known
                        : new IllegalStateException(failed);
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
                throw new FuseException(Errno.EINTR);
            }
        }
    }
}
