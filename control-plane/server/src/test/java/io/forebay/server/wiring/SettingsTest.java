package io.forebay.server.wiring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    @Test
    void theStateDirectoryIsMadeAbsolute() {
        assertEquals(
                Path.of("/a/c"),
                settings(Map.of("forebay.state.directory", "/a/b/../c")).stateDirectory());
    }

    @Test
    void aMissingStateDirectoryIsAskedFor() {
        for (Map<String, String> none :
                List.of(Map.<String, String>of(), Map.of("forebay.state.directory", " "))) {
            ForebayException refusal = assertThrows(ForebayException.class, () -> settings(none));
            assertEquals(FailureKind.FAILURE_INVALID, refusal.kind());
            assertTrue(refusal.getMessage().contains("forebay.state.directory"));
        }
    }

    @Test
    void anUnknownKeyIsRefusedWithTheNearest() {
        ForebayException refusal =
                assertThrows(
                        ForebayException.class,
                        () -> UnknownKeys.refuse(config(Map.of("forebay.state.directroy", "/x"))));
        assertTrue(refusal.getMessage().contains("key=forebay.state.directroy"));
        assertTrue(refusal.getMessage().contains("nearest=forebay.state.directory"));
    }

    @Test
    void aMisspeltVariableIsRefusedButAScriptsOwnIsNot() {
        ForebayException refusal =
                assertThrows(
                        ForebayException.class,
                        () -> UnknownKeys.refuse(config(Map.of("FOREBAY_STATE_DIRECTROY", "/x"))));
        assertTrue(refusal.getMessage().contains("nearest=FOREBAY_STATE_DIRECTORY"));
        UnknownKeys.refuse(config(Map.of("FOREBAY_JAVA_OPTIONS", "-Xmx1g")));
    }

    @Test
    void knownAndForeignKeysPass() {
        UnknownKeys.refuse(
                config(
                        Map.of(
                                "forebay.state.directory", "/x",
                                "forebay.otlp.endpoint", "http://127.0.0.1:4317",
                                "quarkus.http.port", "1",
                                "forebayish.key", "1")));
    }

    @Test
    void anEndpointTurnsTracingOn() {
        assertEquals("true", tracing(Map.of()).getValue("quarkus.otel.sdk.disabled", String.class));
        SmallRyeConfig ours = tracing(Map.of("forebay.otlp.endpoint", "http://h:4317"));
        assertEquals("false", ours.getValue("quarkus.otel.sdk.disabled", String.class));
        assertEquals(
                "http://h:4317",
                ours.getValue("quarkus.otel.exporter.otlp.endpoint", String.class));
        SmallRyeConfig standard = tracing(Map.of("otel.exporter.otlp.endpoint", "http://h:4317"));
        assertEquals("false", standard.getValue("quarkus.otel.sdk.disabled", String.class));
    }

    private static ServerSettings settings(Map<String, String> values) {
        return ServerSettings.of(config(values).getConfigMapping(ServerMapping.class));
    }

    private static SmallRyeConfig config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "given", 400))
                .withMapping(ServerMapping.class)
                .withDefaultValue("smallrye.config.mapping.validate-unknown", "false")
                .build();
    }

    private static SmallRyeConfig tracing(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withInterceptors(new OtlpSwitch())
                .withDefaultValue("quarkus.otel.exporter.otlp.endpoint", "http://localhost:4317")
                .withSources(
                        new PropertiesConfigSource(values, "given", 400),
                        new PropertiesConfigSource(
                                Map.of("quarkus.otel.sdk.disabled", "true"), "file", 250))
                .build();
    }
}
