package io.forebay.server.wiring;

import io.forebay.observability.EventName;
import io.forebay.server.rpc.LocalCalls;
import io.forebay.wiring.GrpcServer;
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
        GrpcServer.require(config);
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
                        port(GrpcServer.PORT),
                        "state",
                        settings.stateDirectory()));
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        local.stop();
        duties.stop();
        store.close();
        LOG.log(System.Logger.Level.INFO, EventName.CONTROL_PLANE_STOPPED.line());
    }

    private String port(String key) {
        return config.getValue(key, String.class);
    }
}
