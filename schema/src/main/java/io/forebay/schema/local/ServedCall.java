package io.forebay.schema.local;

import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One call, as the service sees it. */
final class ServedCall<Q, R> extends ServerCall<Q, R> {
    private final ServedConnection connection;
    private final MethodDescriptor<Q, R> method;
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile @Nullable Listener<Q> listener;
    private volatile @Nullable R reply;

    ServedCall(ServedConnection connection, MethodDescriptor<Q, R> method) {
        this.connection = connection;
        this.method = method;
    }

    /** Gives the service its request; it answers from this thread or, later, from another one. */
    void run(Listener<Q> service, Q request) {
        listener = service;
        service.onMessage(request);
        service.onHalfClose();
    }

    /** Nobody waits for the answer any more. */
    void cancel() {
        Listener<Q> service = listener;
        if (over.compareAndSet(false, true) && service != null) {
            service.onCancel();
        }
    }

    @Override
    public void request(int messages) {
        // the one there is comes unasked
    }

    @Override
    public void sendHeaders(Metadata headers) {
        // there are none on this way
    }

    @Override
    public void sendMessage(R message) {
        reply = message;
    }

    @Override
    public void close(Status status, Metadata trailers) {
        if (over.compareAndSet(false, true)) {
            R message = reply;
            connection.answer(
                    status.isOk() && message != null
                            ? new LocalReply(status, (MessageLite) message)
                            : LocalReply.of(status));
        }
    }

    @Override
    public boolean isCancelled() {
        return connection.isClosed();
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
