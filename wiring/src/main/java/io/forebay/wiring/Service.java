package io.forebay.wiring;

import io.quarkus.runtime.Quarkus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A process of ours. A start that fails says why in one line on the standard error and ends with
 * exit code 1.
 *
 * @param name what the line begins with
 * @param foreseen failures, besides {@code ForebayException}, whose message is for the user, and
 *     what could not be done when they come
 */
public record Service(String name, Map<Class<? extends RuntimeException>, String> foreseen) {
    public Service {
        foreseen = Map.copyOf(foreseen);
    }

    /** Runs until the process is told to stop. */
    public void run(String... arguments) {
        Quarkus.run(null, this::exit, arguments);
    }

    private void exit(Integer code, @Nullable Throwable cause) {
        if (cause == null) {
            System.exit(code);
            return;
        }
        StartFailure failure = StartFailure.of(cause, foreseen);
        System.err.println(name + ": " + failure.line());
        if (!failure.foreseen()) {
            cause.printStackTrace();
        }
        System.exit(1);
    }
}
