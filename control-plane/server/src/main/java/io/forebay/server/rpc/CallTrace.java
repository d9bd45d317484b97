package io.forebay.server.rpc;

import io.forebay.observability.SpanName;
import io.forebay.proto.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Continues the trace that a request carries. What the model stores with its queue entry is the
 * context of our span, so that the worker's spans hang below it; without tracing it is the caller's
 * context, unchanged.
 */
@Singleton
final class CallTrace {
    private static final String TRACEPARENT = "traceparent";

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
        Span span = tracer.spanBuilder(name.label()).setParent(context(parent)).startSpan();
        if (!span.isRecording()) {
            return call.apply(parent);
        }
        try (var _ = span.makeCurrent()) {
            return call.apply(traceContext(span));
        } catch (RuntimeException | Error failure) {
            span.recordException(failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    static Context context(TraceContext parent) {
        return parent.getTraceparent().isEmpty()
                ? Context.root()
                : W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), parent, Carrier.INSTANCE);
    }

    static TraceContext traceContext(Span span) {
        TraceContext.Builder carrier = TraceContext.newBuilder();
        W3CTraceContextPropagator.getInstance()
                .inject(
                        Context.root().with(span),
                        carrier,
                        (to, key, value) -> {
                            if (to != null && key.equals(TRACEPARENT)) {
                                to.setTraceparent(value);
                            }
                        });
        return carrier.build();
    }

    /** Reads our message as the headers that the propagator knows. */
    private enum Carrier implements TextMapGetter<TraceContext> {
        INSTANCE;

        @Override
        public Iterable<String> keys(TraceContext carrier) {
            return List.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable TraceContext carrier, String key) {
            return carrier != null && key.equals(TRACEPARENT) ? carrier.getTraceparent() : null;
        }
    }
}
