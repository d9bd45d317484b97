package io.forebay.server;

import io.forebay.metadata.kv.StoreException;
import io.forebay.wiring.Service;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Map;

/** The entry point. */
@QuarkusMain
public final class ControlPlane {
    private ControlPlane() {}

    public static void main(String[] arguments) {
        new Service("forebay", Map.of(StoreException.class, "The metadata store cannot be opened"))
                .run(arguments);
    }
}
