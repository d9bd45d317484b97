package io.forebay.server.rpc;

import io.forebay.observability.EventName;
import io.forebay.proto.LocalCallAddress;
import io.forebay.schema.local.LocalCallServer;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The way by which mounts of this machine make their calls; gRPC is there for all others. */
@Singleton
public final class LocalCalls {
    private static final System.Logger LOG = System.getLogger(LocalCalls.class.getName());

    private final LocalCallAddress address;
    private final MetadataCalls service;
    private @Nullable LocalCallServer server;

    LocalCalls(LocalCallAddress address, @GrpcService MetadataCalls service) {
        this.address = address;
        this.service = service;
    }

    /** Without the socket everything works, slower. */
    public void start() {
        try {
            server =
                    LocalCallServer.start(
                            Path.of(address.getSocketPath()),
                            address.getToken().toByteArray(),
                            service.bindService());
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
