package io.forebay.wiring;

import io.forebay.observability.OtlpSettings;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tracing costs nothing until somebody names an endpoint; {@link OtlpSettings} says how. */
@Priority(Priorities.APPLICATION)
public final class OtlpSwitch implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1L;

    /** What stands in the application's own file has this weight, and Quarkus' defaults less. */
    private static final int DEFAULTS_ORDINAL = 250;

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        OtlpSettings.Lookup said = wanted -> said(context.proceed(wanted));
        if (name.equals(OtlpSettings.QUARKUS_DISABLED) && OtlpSettings.areWanted(said)) {
            return value(name, "false");
        }
        Optional<String> found = OtlpSettings.of(name, said);
        return found.isPresent() ? value(name, found.get()) : context.proceed(name);
    }

    private static Optional<String> said(@Nullable ConfigValue value) {
        return value != null && value.getConfigSourceOrdinal() > DEFAULTS_ORDINAL
                ? Optional.ofNullable(value.getValue()).filter(text -> !text.isBlank())
                : Optional.empty();
    }

    private static ConfigValue value(String name, String text) {
        return ConfigValue.builder().withName(name).withValue(text).build();
    }
}
