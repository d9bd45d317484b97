package io.forebay.server.wiring;

import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.server.rpc.LocalCalls;
import io.quarkus.grpc.runtime.GrpcServerRecorder;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

/** Starts what nobody asks for, and brings everything to its end in order. */
@Singleton
final class Lifecycle {
    private static final System.Logger LOG = System.getLogger(Lifecycle.class.getName());

    private static final String GRPC_PORT = "quarkus.grpc.server.port";

    private final ServerSettings settings;
    private final GuardedStore store;
    private final Duties duties;
    private final LocalCalls local;
    private final Config config;

    Lifecycle(
            ServerSettings settings,
            GuardedStore store,
            Duties duties,
            LocalCalls local,
            Config config) {
        this.settings = settings;
        this.store = store;
        this.duties = duties;
        this.local = local;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        requireGrpc();
        local.start();
        duties.start();
    }

    void ready(@ObservesAsync HttpServerStart event) {
        LOG.log(
                System.Logger.Level.INFO,
                EventName.CONTROL_PLANE_READY.line(
                        "http",
                        port("quarkus.http.port"),
                        "grpc",
                        port(GRPC_PORT),
                        "state",
                        settings.stateDirectory()));
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        local.stop();
        duties.stop();
        store.close();
        LOG.log(System.Logger.Level.INFO, EventName.CONTROL_PLANE_STOPPED.line());
    }

    /** A gRPC server that could not take its port would else be missing without an end. */
    private void requireGrpc() {
        if (GrpcServerRecorder.getVerticleCount() == 0) {
            throw new ForebayException(
                            FailureKind.FAILURE_BUSY,
                            "The port for gRPC is taken or not ours: stop what uses it, or choose"
                                    + " another with "
                                    + GRPC_PORT
                                    + ".")
                    .with("port", port(GRPC_PORT));
        }
    }

    private String port(String key) {
        return config.getValue(key, String.class);
    }
}
