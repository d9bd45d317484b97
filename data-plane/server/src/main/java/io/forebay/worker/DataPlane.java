package io.forebay.worker;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jspecify.annotations.Nullable;

/**
 * The entry point. A start that fails says why in one line on the standard error and ends with exit
 * code 1.
 */
@QuarkusMain
public final class DataPlane {
    private DataPlane() {}

    public static void main(String[] arguments) {
        Quarkus.run(null, DataPlane::exit, arguments);
    }

    private static void exit(Integer code, @Nullable Throwable cause) {
        if (cause == null) {
            System.exit(code);
            return;
        }
        StartFailure failure = StartFailure.of(cause);
        System.err.println("forebay worker: " + failure.line());
        if (!failure.foreseen()) {
            cause.printStackTrace();
        }
        System.exit(1);
    }
}
