package io.forebay.server.rpc;

import io.forebay.observability.EventName;
import io.forebay.proto.LocalCallAddress;
import io.forebay.schema.local.LocalCallServer;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way by which mounts and workers of this machine make their calls; the others have gRPC. */
@Singleton
public final class LocalCalls {
    private static final System.Logger LOG = System.getLogger(LocalCalls.class.getName());

    private final LocalCallAddress address;
    private final MetadataCalls metadata;
    private final WorkerCalls workers;
    private final ForeignCalls foreign;
    private @Nullable LocalCallServer server;

    LocalCalls(
            LocalCallAddress address,
            @GrpcService MetadataCalls metadata,
            @GrpcService WorkerCalls workers,
            @GrpcService ForeignCalls foreign) {
        this.address = address;
        this.metadata = metadata;
        this.workers = workers;
        this.foreign = foreign;
    }

    /** Without the socket everything works, slower. */
    public void start() {
        try {
            server =
                    LocalCallServer.start(
                            Path.of(address.getSocketPath()),
                            address.getToken().toByteArray(),
                            List.of(
                                    metadata.bindService(),
                                    workers.bindService(),
                                    foreign.bindService()));
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    EventName.LOCAL_CALLS_OFF.line(
                            "socket", address.getSocketPath(), "cause", e.toString()));
        }
    }

    public void stop() {
        LocalCallServer running = server;
        if (running != null) {
            running.close();
        }
    }
}
