package io.forebay.transport.remote;

import io.forebay.proto.FailureKind;
import io.forebay.proto.FileReplyHead;
import io.forebay.schema.ForebayException;
import io.forebay.transport.remote.wire.Frame;
import io.forebay.transport.remote.wire.Payload;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** A request that waits for its answer. */
final class Pending {
    private final CompletableFuture<FileReplyHead> reply = new CompletableFuture<>();

    /** Guarded by this: where data goes; NULL once nobody wants it any more. */
    private MemorySegment target;

    private volatile long received;

    /**
     * @param target for the data of the answer; native, and left alone by others until {@link
     *     #await} has returned
     */
    Pending(MemorySegment target) {
        this.target = target;
    }

    /** Takes the answer; false when its data is more than was asked for. */
    boolean answer(Frame<FileReplyHead> frame) {
        if (frame.payload() instanceof Payload.Received data) {
            synchronized (this) {
                boolean wanted = target.byteSize() > 0; // else it was given up
                if (wanted && data.size() > target.byteSize()) {
                    return false;
                }
                if (wanted) {
                    data.moveTo(target);
                    received = data.size();
                }
            }
        }
        reply.complete(frame.head());
        return true;
    }

    void fail(StreamLostException lost) {
        reply.completeExceptionally(lost);
    }

    /** Bytes of data that came with the answer. */
    long received() {
        return received;
    }

    /** Called once, with the answer or the failure, on the thread that brings it. */
    void whenDone(BiConsumer<? super FileReplyHead, ? super Throwable> action) {
        CompletableFuture<FileReplyHead> _ = reply.whenComplete(action);
    }

    /**
     * The answer.
     *
     * @throws StreamLostException when the stream ended before it
     * @throws ForebayException UNAVAILABLE when it does not come in time
     */
    FileReplyHead await(Duration patience) {
        try {
            return reply.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StreamLostException lost) {
                throw lost;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            giveUp();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The worker does not answer; see its log", e);
        } catch (InterruptedException e) {
            giveUp();
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The mount is being ended", e);
        }
    }

    /** The target is its owner's again, even if the answer comes. */
    synchronized void giveUp() {
        target = MemorySegment.NULL;
    }
}
