package io.forebay.server.rpc;

import io.forebay.observability.SpanName;
import io.forebay.proto.TraceContext;
import io.forebay.wiring.Traces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Continues the trace that a request carries. What the model stores with its queue entry is the
 * context of our span, so that the worker's spans hang below it; without tracing it is the caller's
 * context, unchanged.
 */
@Singleton
final class CallTrace {
    private final Tracer tracer;

    /** Without an endpoint the SDK would still record spans, for nobody. */
    CallTrace(
            OpenTelemetry telemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean disabled) {
        OpenTelemetry used = disabled ? OpenTelemetry.noop() : telemetry;
        tracer = used.getTracer("io.forebay.control-plane");
    }

    /** Runs the call inside a span below the parent, and gives it that span's context. */
    <T> T within(SpanName name, TraceContext parent, Function<TraceContext, T> call) {
        Span span = tracer.spanBuilder(name.label()).setParent(Traces.context(parent)).startSpan();
        if (!span.isRecording()) {
            return call.apply(parent);
        }
        try (var _ = span.makeCurrent()) {
            return call.apply(Traces.message(Context.root().with(span)));
        } catch (RuntimeException | Error failure) {
            span.recordException(failure);
            throw failure;
        } finally {
            span.end();
        }
    }
}
