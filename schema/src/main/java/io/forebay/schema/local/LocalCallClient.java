package io.forebay.schema.local;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls to a service of this machine, by any number of threads; each waits for its answer. */
public final class LocalCallClient implements AutoCloseable {
    /** How exactly a call's time is kept; only calls that go wrong need it. */
    private static final int WATCH_MILLIS = 250;

    /** Where nobody listens, connecting is tried this seldom. */
    private static final long PAUSE_MILLIS = 500;

    private final Path socket;
    private final byte[] token;
    private final InstantSource clock;

    /** The one used last is taken first: its memory is warm. */
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

    private final Set<Connection> all = ConcurrentHashMap.newKeySet();
    private final Map<MethodDescriptor<?, ?>, byte[]> heads = new ConcurrentHashMap<>();
    private final ScheduledExecutorService watch;

    private volatile boolean closed;
    private volatile long notBeforeMillis;

    /**
     * @param token as the service told it
     */
    public LocalCallClient(Path socket, byte[] token, InstantSource clock) {
        this.socket = socket;
        this.token = token.clone();
        this.clock = clock;
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("local-calls").factory());
        ScheduledFuture<?> _ =
                watch.scheduleWithFixedDelay(
                        this::endOverdue, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Makes one call.
     *
     * @param most how long it may take
     * @return null where the service cannot be reached this way, and nothing was sent
     * @throws StatusException as the service answered; UNAVAILABLE where the connection broke, and
     *     DEADLINE_EXCEEDED where the time was up: then the call may have been made
     */
    public <Q, R> @Nullable R call(MethodDescriptor<Q, R> method, Q request, Duration most)
            throws StatusException, InterruptedException {
        Connection connection = take();
        if (connection == null) {
            return null;
        }
        connection.endMillis = clock.millis() + most.toMillis();
        try {
            connection.stream.send(
                    heads.computeIfAbsent(method, LocalCallClient::head), (MessageLite) request);
            ByteBuffer frame = connection.stream.receive();
            if (frame == null) {
                throw new EOFException("the connection ended before the answer");
            }
            Status status = LocalReply.status(frame);
            if (!status.isOk()) {
                giveBack(connection);
                throw status.asException();
            }
            R reply = Messages.parse(method.getResponseMarshaller(), frame);
            giveBack(connection);
            return reply;
        } catch (IOException | RuntimeException e) {
            throw broken(connection, e);
        }
    }

    /** Ends the calls that run; later ones are told that there is no way. */
    @Override
    public void close() {
        closed = true;
        watch.shutdownNow();
        all.forEach(this::drop);
    }

    private @Nullable Connection take() throws InterruptedException {
        Connection connection = idle.pollFirst();
        if (connection != null) {
            return connection;
        }
        if (closed || clock.millis() < notBeforeMillis) {
            return null;
        }
        try {
            return connect();
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        } catch (IOException e) {
            notBeforeMillis = clock.millis() + PAUSE_MILLIS;
            return null;
        }
    }

    private Connection connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Connection connection = new Connection(new CallStream(channel));
        connection.endMillis = clock.millis() + PAUSE_MILLIS;
        all.add(connection);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            connection.stream.send(new byte[0], token);
            ByteBuffer answer = connection.stream.receive();
            if (answer == null || !LocalReply.status(answer).isOk() || closed) {
                throw new IOException("another service listens there, or this one is full");
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            drop(connection);
            throw e;
        }
    }

    private void giveBack(Connection connection) {
        connection.endMillis = Long.MAX_VALUE;
        idle.addFirst(connection);
        if (closed) {
            drop(connection);
        }
    }

    /** What the caller hears of a connection that cannot be used any more. */
    private StatusException broken(Connection connection, Exception e) throws InterruptedException {
        boolean overdue = connection.endMillis <= clock.millis();
        drop(connection);
        if (e instanceof ClosedByInterruptException) {
            throw interrupted(e);
        }
        Status status = overdue ? Status.DEADLINE_EXCEEDED : Status.UNAVAILABLE;
        // the others lead to the same process: most likely it is gone
        Connection other = idle.pollFirst();
        while (other != null) {
            drop(other);
            other = idle.pollFirst();
        }
        return status.withDescription("The connection to " + socket + " broke: " + e)
                .withCause(e)
                .asException();
    }

    private void drop(Connection connection) {
        all.remove(connection);
        try {
            connection.stream.close();
        } catch (IOException e) {
            // it is of no use any more either way
        }
    }

    private void endOverdue() {
        long now = clock.millis();
        all.stream().filter(connection -> connection.endMillis <= now).forEach(this::drop);
    }

    /** The channel was closed by the interrupt, whose mark the exception of the caller replaces. */
    private static InterruptedException interrupted(Exception cause) {
        Thread.interrupted();
        InterruptedException interrupt = new InterruptedException("the call was given up");
        interrupt.initCause(cause);
        return interrupt;
    }

    private static byte[] head(MethodDescriptor<?, ?> method) {
        byte[] name =
                Objects.requireNonNull(method.getBareMethodName())
                        .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(1 + name.length).put((byte) name.length).put(name).array();
    }

    /** Owned by the thread whose call it carries; {@code endMillis} is read by the watch. */
    private static final class Connection {
        private final CallStream stream;
        private volatile long endMillis = Long.MAX_VALUE;

        Connection(CallStream stream) {
            this.stream = stream;
        }
    }
}
