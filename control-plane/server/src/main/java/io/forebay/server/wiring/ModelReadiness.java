package io.forebay.server.wiring;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.kv.StoreException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the metadata store answers. */
@Readiness
final class ModelReadiness implements HealthCheck {
    private final Metadata model;

    ModelReadiness(Metadata model) {
        this.model = model;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            return HealthCheckResponse.named("metadata")
                    .up()
                    .withData("workers", model.workers().list().size())
                    .build();
        } catch (StoreException e) {
            return HealthCheckResponse.named("metadata")
                    .down()
                    .withData("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
