package io.forebay.mount.meta;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** Makes channels for small calls that somebody waits for: one connection, one daemon thread. */
public final class MetadataChannels {
    /** A page of a directory with its attributes stays far below this. */
    private static final int REPLY_BYTES_MAX = 16 << 20;

    /** A control plane that is gone without a word is noticed while changes are awaited. */
    private static final int KEEP_ALIVE_SECONDS = 10;

    private MetadataChannels() {}

    public static ManagedChannel open(String host, int port) {
        EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("metadata", true));
        return NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .directExecutor()
                .eventLoopGroup(loop)
                .channelType(NioSocketChannel.class)
                .proxyDetector(address -> null)
                .disableRetry()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(REPLY_BYTES_MAX)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS)
                .build();
    }
}
