package io.forebay.worker.wiring;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Ready: registered, the disk sorted out, opens are answered. */
@org.eclipse.microprofile.health.Readiness
@Singleton
final class Readiness implements HealthCheck {
    private final Wiring wiring;

    Readiness(Wiring wiring) {
        this.wiring = wiring;
    }

    @Override
    public HealthCheckResponse call() {
        boolean ready = wiring.worker().map(Worker::isReady).orElse(false);
        return HealthCheckResponse.named("staged files").status(ready).build();
    }
}
