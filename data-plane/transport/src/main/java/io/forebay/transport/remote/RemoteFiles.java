package io.forebay.transport.remote;

import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.remote.wire.FileProtocol;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The mount's side: staged files of workers on other nodes. One connection for each worker, made
 * when it is first needed. Safe for any number of threads.
 */
public final class RemoteFiles implements AutoCloseable {
    /** What all files have read and written ahead, in MiB. */
    private static final int CHUNKS_MAX = 64;

    /** Workers of one cluster; more are a mistake of the control plane. */
    private static final int WORKERS_MAX = 4096;

    /** A worker that is restarted is back well within this. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What may be on its way unread, of one file and of all: a network of 1 GB/s and 8 ms. */
    private static final int WINDOW_BYTES = 8 << 20;

    /** A chunk and its head. */
    private static final int MESSAGE_BYTES_MAX = FileProtocol.DATA_BYTES_MAX + (64 << 10);

    /** A node that is gone without a word is noticed within twice this. */
    private static final int KEEP_ALIVE_SECONDS = 10;

    private static final int LOOPS = 2;
    private static final long CLOSE_SECONDS = 2;

    private final Chunks chunks = new Chunks(CHUNKS_MAX);
    private final InstantSource clock;
    private final Runnable reopened;
    private final Duration patience;
    private final EventLoopGroup loops =
            new NioEventLoopGroup(LOOPS, new DefaultThreadFactory("remote", true));
    private final Map<String, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param reopened told each time that a file was opened again after its stream was lost
     */
    public RemoteFiles(InstantSource clock, Runnable reopened) {
        this(clock, reopened, PATIENCE);
    }

    /**
     * As {@link #RemoteFiles(InstantSource, Runnable)}.
     *
     * @param patience with a worker that does not answer
     */
    public RemoteFiles(InstantSource clock, Runnable reopened, Duration patience) {
        this.clock = clock;
        this.reopened = reopened;
        this.patience = patience;
    }

    /**
     * Opens the file that a grant is for. An interrupt ends the wait.
     *
     * @param again asks for another grant on the same file, which never cuts it
     * @throws ForebayException of the worker's kind; UNAVAILABLE when it does not answer
     */
    public StagedHandle open(Grant grant, Supplier<Grant> again) {
        return open(grant, again, false);
    }

    /** As {@link #open}, and BUSY where the worker does not have the bytes now. */
    public StagedHandle openNow(Grant grant, Supplier<Grant> again) {
        return open(grant, again, true);
    }

    private StagedHandle open(Grant grant, Supplier<Grant> again, boolean atOnce) {
        RemoteFile file = new RemoteFile(this, again);
        boolean done = false;
        try {
            file.open(grant, atOnce);
            done = true;
            return file;
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    Chunks chunks() {
        return chunks;
    }

    InstantSource clock() {
        return clock;
    }

    Duration patience() {
        return patience;
    }

    Runnable reopened() {
        return reopened;
    }

    Channel channel(Grant grant) {
        String address = grant.getAddress();
        if (address.isEmpty()) {
            throw new ForebayException(
                            FailureKind.FAILURE_UNSUPPORTED,
                            "The file's worker serves its own node only; give it an address")
                    .with("worker", grant.getWorkerId())
                    .with("node", grant.getNode());
        }
        if (channels.size() >= WORKERS_MAX && !channels.containsKey(address)) {
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "Too many workers' addresses; mount again");
        }
        return channels.computeIfAbsent(address, this::connect);
    }

    private ManagedChannel connect(String address) {
        return NettyChannelBuilder.forTarget("dns:///" + address)
                .usePlaintext()
                .directExecutor()
                .eventLoopGroup(loops)
                .channelType(NioSocketChannel.class)
                .proxyDetector(target -> null)
                .disableRetry()
                .disableServiceConfigLookUp()
                .flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    /** Does not wait for a back-off that was learnt before the worker came back. */
    void hurry(Grant grant) {
        ManagedChannel channel = channels.get(grant.getAddress());
        if (channel != null) {
            channel.resetConnectBackoff();
        }
    }

    /** Waits; true when this was closed meanwhile. */
    boolean closesWithin(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends the connections, and with them what is open. */
    @Override
    public void close() {
        closed.countDown();
        channels.values().forEach(ManagedChannel::shutdownNow);
        try {
            for (ManagedChannel channel : channels.values()) {
                channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var _ = loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
