package io.forebay.server.wiring;

import io.forebay.observability.EventName;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Starts what nobody asks for, and brings everything to its end in order. */
@Singleton
final class Lifecycle {
    private static final System.Logger LOG = System.getLogger(Lifecycle.class.getName());

    private final ServerSettings settings;
    private final GuardedStore store;
    private final Duties duties;
    private final String httpPort;
    private final String grpcPort;

    Lifecycle(
            ServerSettings settings,
            GuardedStore store,
            Duties duties,
            @ConfigProperty(name = "quarkus.http.port") String httpPort,
            @ConfigProperty(name = "quarkus.grpc.server.port") String grpcPort) {
        this.settings = settings;
        this.store = store;
        this.duties = duties;
        this.httpPort = httpPort;
        this.grpcPort = grpcPort;
    }

    void start(@Observes StartupEvent event) {
        duties.start();
        LOG.log(
                System.Logger.Level.INFO,
                EventName.CONTROL_PLANE_READY.line(
                        "http", httpPort, "grpc", grpcPort, "state", settings.stateDirectory()));
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        duties.stop();
        store.close();
        LOG.log(System.Logger.Level.INFO, EventName.CONTROL_PLANE_STOPPED.line());
    }
}
