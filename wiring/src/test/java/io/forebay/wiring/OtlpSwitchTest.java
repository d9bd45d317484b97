package io.forebay.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OtlpSwitchTest {
    private static final String ENDPOINT = "http://h:4318";

    @Test
    void anEndpointTurnsTracingOn() {
        assertEquals("true", disabled(given(Map.of())));
        SmallRyeConfig on = given(Map.of("otel.exporter.otlp.endpoint", ENDPOINT));
        assertEquals("false", disabled(on));
        assertEquals(
                ENDPOINT, on.getValue("quarkus.otel.exporter.otlp.traces.endpoint", String.class));
        assertEquals(
                "http/protobuf",
                on.getValue("quarkus.otel.exporter.otlp.traces.protocol", String.class));
    }

    private static String disabled(SmallRyeConfig config) {
        return config.getValue("quarkus.otel.sdk.disabled", String.class);
    }

    /** As a service finds it: found by the service loader, above Quarkus' own default. */
    private static SmallRyeConfig given(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredInterceptors()
                .withDefaultValue("quarkus.otel.exporter.otlp.endpoint", "http://localhost:4317")
                .withDefaultValue("quarkus.otel.exporter.otlp.protocol", "grpc")
                .withSources(
                        new PropertiesConfigSource(values, "given", 400),
                        new PropertiesConfigSource(
                                Map.of("quarkus.otel.sdk.disabled", "true"), "file", 250))
                .build();
    }
}
