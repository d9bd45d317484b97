package io.forebay.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OtlpSettingsTest {
    private static final String TRACES = OtlpSettings.QUARKUS + "traces.";

    @Test
    void anEndpointIsWhatTurnsTracesOn() {
        assertFalse(wanted(Map.of()));
        assertFalse(wanted(Map.of("otel.exporter.otlp.headers", "a=b")));
        assertFalse(wanted(Map.of("otel.exporter.otlp.metrics.endpoint", "http://h:4318")));
        assertTrue(wanted(Map.of("otel.exporter.otlp.endpoint", "http://h:4318")));
        assertTrue(wanted(Map.of("otel.exporter.otlp.traces.endpoint", "http://h:4318")));
        assertTrue(wanted(Map.of("quarkus.otel.exporter.otlp.endpoint", "http://h:4318")));
        assertFalse(
                wanted(
                        Map.of(
                                "otel.exporter.otlp.endpoint",
                                "http://h:4318",
                                "otel.sdk.disabled",
                                "TRUE")));
    }

    @Test
    void standardSettingsReachQuarkus() {
        Map<String, String> said =
                Map.of(
                        "otel.exporter.otlp.endpoint", "http://h:4318",
                        "otel.exporter.otlp.timeout", "2500",
                        "otel.exporter.otlp.certificate", "/ca.pem",
                        "otel.exporter.otlp.traces.headers", "key=secret");
        assertEquals(Optional.of("http://h:4318"), of(TRACES + "endpoint", said));
        assertEquals(Optional.of("http://h:4318"), of(OtlpSettings.QUARKUS + "endpoint", said));
        assertEquals(Optional.of("2500ms"), of(TRACES + "timeout", said));
        assertEquals(Optional.of("/ca.pem"), of(TRACES + "trust-cert.certs", said));
        assertEquals(Optional.of("key=secret"), of(TRACES + "headers", said));
        assertEquals(Optional.empty(), of(OtlpSettings.QUARKUS + "headers", said));
        assertEquals(Optional.of("http/protobuf"), of(TRACES + "protocol", said));
        assertEquals(Optional.empty(), of("quarkus.http.port", said));
        assertEquals(Optional.empty(), of(TRACES + "proxy-options.host", said));
    }

    @Test
    void theNearestWordCounts() {
        Map<String, String> said =
                Map.of(
                        "otel.exporter.otlp.endpoint", "http://all:4318",
                        "otel.exporter.otlp.traces.endpoint", "http://traces:4318/v1/traces",
                        "otel.exporter.otlp.protocol", "grpc",
                        "quarkus.otel.exporter.otlp.protocol", "http/protobuf");
        assertEquals(Optional.of("http://traces:4318"), of(TRACES + "endpoint", said));
        assertEquals(Optional.of("http/protobuf"), of(TRACES + "protocol", said));
    }

    private static boolean wanted(Map<String, String> said) {
        return OtlpSettings.areWanted(name -> Optional.ofNullable(said.get(name)));
    }

    private static Optional<String> of(String name, Map<String, String> said) {
        return OtlpSettings.of(name, key -> Optional.ofNullable(said.get(key)));
    }
}
