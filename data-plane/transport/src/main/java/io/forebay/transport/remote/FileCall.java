package io.forebay.transport.remote;

import io.forebay.proto.FileReplyHead;
import io.forebay.proto.FileRequestHead;
import io.forebay.transport.remote.wire.FileProtocol;
import io.forebay.transport.remote.wire.Frame;
import io.forebay.transport.remote.wire.Payload;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a mount to a worker. Safe for any number of threads; answers, recalls and the end
 * are told on the channel's thread, which must not be held up.
 */
final class FileCall {
    /** Told of what comes unasked. */
    interface Listener {
        void recalled(FileCall call);

        /** After each pending request has failed. */
        void ended(FileCall call);
    }

    private final Listener listener;
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final ClientCallStreamObserver<Frame<FileRequestHead>> worker;

    /** Set once, before the pending requests fail. */
    private volatile @Nullable StreamLostException lost;

    private volatile boolean recalled;

    private FileCall(Channel channel, Listener listener) {
        this.listener = listener;
        this.worker =
                (ClientCallStreamObserver<Frame<FileRequestHead>>)
                        ClientCalls.asyncBidiStreamingCall(
                                channel.newCall(FileProtocol.USE, CallOptions.DEFAULT),
                                new Answers());
    }

    static FileCall begin(Channel channel, Listener listener) {
        return new FileCall(channel, listener);
    }

    /**
     * Sends a request. Its data is taken before this returns.
     *
     * @param target where the answer's data goes
     */
    Pending send(FileRequestHead.Builder head, MemorySegment data, MemorySegment target) {
        long number = numbers.incrementAndGet();
        Pending answer = new Pending(target);
        pending.put(number, answer);
        try {
            synchronized (worker) {
                worker.onNext(
                        new Frame<>(head.setNumber(number).build(), new Payload.Native(data)));
            }
        } catch (IllegalStateException e) {
            end(new StreamLostException("the stream was ended", e));
        }
        StreamLostException gone = lost;
        if (gone != null) { // it ended before it knew of this request
            pending.remove(number);
            answer.fail(gone);
        }
        return answer;
    }

    boolean isLive() {
        return lost == null;
    }

    /** False once the worker has recalled what it allowed, or cannot do so any more. */
    boolean mayKeep() {
        return !recalled && lost == null;
    }

    /** Ends the stream; what is pending fails. */
    void cancel() {
        synchronized (worker) {
            worker.cancel("the mount has ended the stream", null);
        }
        end(new StreamLostException("the stream was ended here", null));
    }

    /** Ends the stream when all is answered: nobody waits. */
    void complete() {
        try {
            synchronized (worker) {
                worker.onCompleted();
            }
        } catch (IllegalStateException e) {
            // It has ended already.
        }
    }

    private void end(StreamLostException cause) {
        synchronized (this) {
            if (lost != null) {
                return;
            }
            lost = cause;
        }
        for (Long number : List.copyOf(pending.keySet())) {
            Pending answer = pending.remove(number);
            if (answer != null) {
                answer.fail(cause);
            }
        }
        listener.ended(this);
    }

    private final class Answers
            implements ClientResponseObserver<Frame<FileRequestHead>, Frame<FileReplyHead>> {
        @Override
        public void beforeStart(ClientCallStreamObserver<Frame<FileRequestHead>> stream) {}

        @Override
        public void onNext(Frame<FileReplyHead> reply) {
            try {
                if (reply.head().getNumber() == 0) {
                    recalled = true;
                    listener.recalled(FileCall.this);
                    return;
                }
                Pending answer = pending.remove(reply.head().getNumber());
                if (answer != null && !answer.answer(reply)) {
                    cancel();
                }
            } finally {
                reply.payload().release();
            }
        }

        @Override
        public void onError(Throwable failure) {
            end(new StreamLostException(Status.fromThrowable(failure).toString(), failure));
        }

        @Override
        public void onCompleted() {
            end(new StreamLostException("the worker has ended the stream", null));
        }
    }
}
