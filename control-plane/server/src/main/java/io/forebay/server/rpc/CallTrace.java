package io.forebay.server.rpc;

import io.forebay.observability.SpanName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.TraceContext;
import io.forebay.wiring.Traces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Continues the traces that a request carries, each by a span of its own. What the model stores
 * with its queue entry is the context of our span, so that the worker's spans hang below it;
 * without tracing it is the caller's context, unchanged. What is not traced begins no trace here.
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

    /** Runs the call below each of these; it learns what has taken a context's place. */
    <T> T within(
            SpanName name,
            Collection<TraceContext> parents,
            Function<UnaryOperator<TraceContext>, T> call,
            Function<T, FailureKind> failure) {
        Map<TraceContext, Span> spans = begin(name, parents);
        try {
            T reply = call.apply(context -> continued(spans, context));
            FailureKind kind = failure.apply(reply);
            if (kind != FailureKind.FAILURE_NONE) {
                spans.values().forEach(span -> span.setStatus(StatusCode.ERROR, kind.name()));
            }
            return reply;
        } catch (RuntimeException | Error problem) {
            for (Span span : spans.values()) {
                span.setStatus(StatusCode.ERROR, problem.toString()).recordException(problem);
            }
            throw problem;
        } finally {
            spans.values().forEach(Span::end);
        }
    }

    private Map<TraceContext, Span> begin(SpanName name, Collection<TraceContext> parents) {
        Map<TraceContext, Span> spans = new LinkedHashMap<>();
        for (TraceContext parent : parents) {
            if (!parent.getTraceparent().isEmpty() && !spans.containsKey(parent)) {
                spans.put(
                        parent,
                        tracer.spanBuilder(name.label())
                                .setParent(Traces.context(parent))
                                .setSpanKind(SpanKind.SERVER)
                                .startSpan());
            }
        }
        return spans;
    }

    private static TraceContext continued(Map<TraceContext, Span> spans, TraceContext context) {
        Span span = spans.get(context);
        return span != null && span.isRecording()
                ? Traces.message(Context.root().with(span))
                : context;
    }
}
