package io.forebay.worker.telemetry;

import io.forebay.observability.SpanName;
import io.forebay.proto.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs work in a span below the trace that reached us with the task. */
public final class TaskTrace {
    private static final String TRACEPARENT = "traceparent";

    private final Tracer tracer;

    public TaskTrace(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("io.forebay.worker");
    }

    public void within(SpanName name, TraceContext parent, Runnable work) {
        Span span = tracer.spanBuilder(name.label()).setParent(context(parent)).startSpan();
        try (Scope _ = span.makeCurrent()) {
            work.run();
        } catch (RuntimeException | Error failure) {
            span.recordException(failure);
            throw failure;
        } finally {
            span.end();
        }
    }

    private static Context context(TraceContext parent) {
        return parent.getTraceparent().isEmpty()
                ? Context.root()
                : W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), parent, Carrier.INSTANCE);
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
