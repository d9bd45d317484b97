package io.forebay.server;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jspecify.annotations.Nullable;

/**
 * The entry point. A start that fails says why in one line on the standard error and ends with exit
 * code 1.
 */
@QuarkusMain
public final class ControlPlane {
    private ControlPlane() {}

    public static void main(String[] arguments) {
        Quarkus.run(null, ControlPlane::exit, arguments);
    }

    private static void exit(Integer code, @Nullable Throwable cause) {
        if (cause != null) {
            explain(cause);
        }
        System.exit(cause == null ? code : 1);
    }

    private static void explain(Throwable cause) {
        StartFailure failure = StartFailure.of(cause);
        System.err.println("forebay: " + failure.line());
        if (!failure.foreseen()) {
            cause.printStackTrace();
        }
    }
}
