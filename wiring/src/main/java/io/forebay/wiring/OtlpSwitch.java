package io.forebay.wiring;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tracing costs nothing until somebody names an endpoint: {@code forebay.otlp.endpoint}, or
 * OpenTelemetry's own variable. Named, it is on, whatever the file of defaults says.
 */
@Priority(Priorities.APPLICATION)
public final class OtlpSwitch implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1L;

    private static final String DISABLED = "quarkus.otel.sdk.disabled";
    private static final String EXPORTER = "quarkus.otel.exporter.otlp.endpoint";
    private static final String OURS = "forebay.otlp.endpoint";
    private static final List<String> STANDARD =
            List.of(
                    "otel.exporter.otlp.endpoint",
                    "otel.exporter.otlp.traces.endpoint",
                    "quarkus.otel.exporter.otlp.traces.endpoint");

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        return switch (name) {
            case EXPORTER -> first(context.proceed(OURS), context.proceed(EXPORTER));
            case DISABLED ->
                    isSet(context.proceed(EXPORTER))
                                    || isSet(context.proceed(OURS))
                                    || STANDARD.stream()
                                            .anyMatch(key -> isSet(context.proceed(key)))
                            ? value(DISABLED, "false")
                            : context.proceed(name);
            default -> context.proceed(name);
        };
    }

    private static @Nullable ConfigValue first(
            @Nullable ConfigValue ours, @Nullable ConfigValue standard) {
        return ours != null && isSet(ours)
                ? value(EXPORTER, String.valueOf(ours.getValue()))
                : standard;
    }

    /** What stands in the file of defaults, or in Quarkus' own, is nobody's wish. */
    private static boolean isSet(@Nullable ConfigValue value) {
        return value != null
                && value.getValue() != null
                && !value.getValue().isBlank()
                && value.getConfigSourceOrdinal() > 0;
    }

    private static ConfigValue value(String name, String text) {
        return ConfigValue.builder().withName(name).withValue(text).build();
    }
}
