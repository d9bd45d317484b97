package io.forebay.mount;

import io.forebay.mount.services.CloseTrace;
import io.forebay.observability.OtlpSettings;
import io.forebay.observability.SpanAttribute;
import io.forebay.observability.SpanName;
import io.forebay.proto.TraceContext;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Root spans for closes and fsyncs, sent by OTLP where the environment names a collector. */
final class SpanTrace implements CloseTrace, AutoCloseable {
    private final OpenTelemetrySdk telemetry;

    private SpanTrace(OpenTelemetrySdk telemetry) {
        this.telemetry = telemetry;
    }

    static boolean isWanted(Map<String, String> environment) {
        return OtlpSettings.areWanted(name ->
                Optional.ofNullable(
                                environment.get(name.replace('.', '_').toUpperCase(Locale.ROOT)))
                        .filter(value -> !value.isBlank()));
    }

    /** Configured by the environment (opentelemetry.io, SDK configuration); traces only. */
    static SpanTrace start() {
        Map<String, String> defaults = new HashMap<>();
        defaults.put("otel.service.name", "forebay-mount");
        defaults.put("otel.exporter.otlp.protocol", OtlpSettings.PROTOCOL);
        defaults.put("otel.metrics.exporter", "none");
        defaults.put("otel.logs.exporter", "none");
        return new SpanTrace(
                AutoConfiguredOpenTelemetrySdk.builder()
                        .addPropertiesSupplier(() -> defaults)
                        .disableShutdownHook()
                        .build()
                        .getOpenTelemetrySdk());
    }

    @Override
    public TraceContext flush(long ino, Function<TraceContext, TraceContext> work) {
        Span span =
                telemetry
                        .getTracer("io.forebay.mount")
                        .spanBuilder(SpanName.FUSE_FLUSH.label())
                        .setNoParent()
                        .setSpanKind(SpanKind.CLIENT)
                        .setAttribute(SpanAttribute.INO.label(), ino)
                        .startSpan();
        try {
            return work.apply(context(span.getSpanContext()));
        } catch (RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.toString());
            throw e;
        } finally {
            span.end();
        }
    }

    @Override
    public void close() {
        telemetry.close();
    }

    /** The header of W3C Trace Context, level 1. */
    private static TraceContext context(SpanContext span) {
        return TraceContext.newBuilder()
                .setTraceparent(
                        "00-%s-%s-%s"
                                .formatted(
                                        span.getTraceId(),
                                        span.getSpanId(),
                                        span.getTraceFlags().asHex()))
                .build();
    }
}
