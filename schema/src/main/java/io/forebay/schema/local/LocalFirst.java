package io.forebay.schema.local;

import com.google.common.util.concurrent.ListenableFuture;
import io.forebay.proto.LocalCallAddress;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Unary calls to a service: by its unix socket, once it told of one and where that is there, else
 * by gRPC. There an answer is decoded on the channel's event loop and wakes the caller once; no
 * other thread stands between.
 */
public final class LocalFirst implements AutoCloseable {
    private final Channel channel;
    private final InstantSource clock;
    private final AtomicReference<@Nullable Near> near = new AtomicReference<>();

    /**
     * @param channel stays the caller's
     */
    public LocalFirst(Channel channel, InstantSource clock) {
        this.channel = channel;
        this.clock = clock;
    }

    /** What the service says of its socket; the default instance where it has none. */
    public void told(LocalCallAddress address) {
        Near now = near.get();
        if (now == null || !now.address.equals(address)) {
            use(address.getSocketPath().isEmpty() ? null : new Near(address, clock));
        }
    }

    /**
     * @param most how long it may take
     * @throws StatusRuntimeException as gRPC has it; the call may have been made
     */
    public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, Duration most)
            throws InterruptedException {
        Near now = near.get();
        R reply = now == null ? null : locally(now.client, method, request, most);
        return reply == null ? byGrpc(method, request, most) : reply;
    }

    private static <Q, R> @Nullable R locally(
            LocalCallClient client, MethodDescriptor<Q, R> method, Q request, Duration most)
            throws InterruptedException {
        try {
            return client.call(method, request, most);
        } catch (StatusException e) {
            throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
        }
    }

    private <Q, R> R byGrpc(MethodDescriptor<Q, R> method, Q request, Duration most)
            throws InterruptedException {
        CallOptions options =
                CallOptions.DEFAULT.withDeadlineAfter(most.toMillis(), TimeUnit.MILLISECONDS);
        ListenableFuture<R> future =
                ClientCalls.futureUnaryCall(channel.newCall(method, options), request);
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw Status.fromThrowable(e).asRuntimeException();
        }
    }

    /** Ends the calls by the socket; later ones go by gRPC. */
    @Override
    public void close() {
        use(null);
    }

    private void use(@Nullable Near next) {
        Near before = near.getAndSet(next);
        if (before != null) {
            before.client.close();
        }
    }

    private record Near(LocalCallAddress address, LocalCallClient client) {
        Near(LocalCallAddress address, InstantSource clock) {
            this(
                    address,
                    new LocalCallClient(
                            Path.of(address.getSocketPath()),
                            address.getToken().toByteArray(),
                            clock));
        }
    }
}
