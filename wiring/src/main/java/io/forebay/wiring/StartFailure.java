package io.forebay.wiring;

import io.forebay.schema.ForebayException;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.Map;
import java.util.Objects;

/**
 * Why a service did not start, in one line that says what to do.
 *
 * @param foreseen false: it is a bug, and the stack trace helps
 */
record StartFailure(String line, boolean foreseen) {

    /** The first cause that we know, from the outside in. */
    static StartFailure of(
            Throwable failure, Map<Class<? extends RuntimeException>, String> others) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case ForebayException known -> {
                    return foreseen(known.getMessage());
                }
                case QuarkusBindException taken -> {
                    return foreseen(
                            ("Port %d of %s is taken or not ours: stop what uses it,"
                                            + " or choose another.")
                                    .formatted(taken.getPort(), taken.getHost()));
                }
                case ConfigurationException known -> {
                    return foreseen("The configuration is wrong: " + text(known));
                }
                case ConfigValidationException known -> {
                    return foreseen("The configuration is wrong: " + text(known));
                }
                default -> root = cause;
            }
            String other = others.get(cause.getClass());
            if (other != null) {
                return foreseen(other + ": " + text(cause));
            }
        }
        return new StartFailure(
                oneLine("Cannot start, for a reason that nobody foresaw: " + root), false);
    }

    private static StartFailure foreseen(String line) {
        return new StartFailure(oneLine(line), true);
    }

    private static String text(Throwable failure) {
        return Objects.toString(failure.getMessage(), failure.getClass().getSimpleName());
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
