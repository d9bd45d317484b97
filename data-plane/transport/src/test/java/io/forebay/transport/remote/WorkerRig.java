package io.forebay.transport.remote;

import com.google.protobuf.ByteString;
import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.remote.serve.RemoteOpener;
import io.forebay.transport.remote.serve.StagedFileStreams;
import io.forebay.transport.remote.serve.StreamWatch;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A worker's side on loopback, which can be killed and started again at the same port. */
final class WorkerRig implements RemoteOpener {
    private final Path directory;
    private final UnaryOperator<StagedHandle> decorator;
    final List<RemoteOpener.Keeper> keepers = new CopyOnWriteArrayList<>();
    volatile boolean mayKeep = true;
    volatile long writers = 1;
    volatile String boot = "first";
    private StagedFileStreams streams;
    private Server server;
    private final int port;

    WorkerRig(Path directory) throws IOException {
        this(directory, UnaryOperator.identity());
    }

    /**
     * @param decorator between the stream and the file
     */
    WorkerRig(Path directory, UnaryOperator<StagedHandle> decorator) throws IOException {
        this.directory = directory;
        this.decorator = decorator;
        this.streams = new StagedFileStreams(this, boot, StreamWatch.NONE);
        this.server = start(0);
        this.port = server.getPort();
    }

    private Server start(int at) throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), at))
                .addService(streams)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .build()
                .start();
    }

    /** As a token: the name of the file. */
    Grant grant(String name) {
        return Grant.newBuilder()
                .setAddress("127.0.0.1:" + port)
                .setToken(ByteString.copyFromUtf8(name))
                .build();
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    /** All connections break, and nobody listens. */
    void kill() throws InterruptedException {
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
        streams.close();
    }

    void startAgain() throws IOException {
        streams = new StagedFileStreams(this, boot, StreamWatch.NONE);
        server = start(port);
    }

    int openFiles() {
        return streams.openFiles();
    }

    @Override
    public Opened open(byte[] token, long before, Keeper keeper, boolean atOnce) {
        String name = ByteString.copyFrom(token).toStringUtf8();
        if (name.startsWith("refuse")) {
            throw new ForebayException(FailureKind.FAILURE_PERMISSION, "Not yours");
        }
        if (atOnce && name.startsWith("evicted")) {
            throw new ForebayException(FailureKind.FAILURE_BUSY, "Not here now");
        }
        keepers.add(keeper);
        int flags = NativeFile.O_RDWR | NativeFile.O_CREAT;
        StagedHandle file = decorator.apply(NativeFile.open(path(name), flags, 0600));
        return new Opened() {
            @Override
            public StagedHandle file() {
                return file;
            }

            @Override
            public boolean mayKeep() {
                return mayKeep;
            }

            @Override
            public long writers() {
                return writers;
            }

            @Override
            public void close() {
                keepers.remove(keeper);
                file.close();
            }
        };
    }

    void close() throws InterruptedException {
        kill();
    }
}
