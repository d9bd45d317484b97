package io.forebay.worker;

import io.forebay.wiring.Service;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Map;

/** The entry point. */
@QuarkusMain
public final class DataPlane {
    private DataPlane() {}

    public static void main(String[] arguments) {
        new Service("forebay worker", Map.of()).run(arguments);
    }
}
