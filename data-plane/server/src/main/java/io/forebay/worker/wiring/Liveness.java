package io.forebay.worker.wiring;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** Alive until a newer process takes the worker's place. */
@org.eclipse.microprofile.health.Liveness
@Singleton
final class Liveness implements HealthCheck {
    private final Wiring wiring;

    Liveness(Wiring wiring) {
        this.wiring = wiring;
    }

    @Override
    public HealthCheckResponse call() {
        boolean fenced = wiring.worker().map(Worker::isFenced).orElse(false);
        return HealthCheckResponse.named("membership").status(!fenced).build();
    }
}
