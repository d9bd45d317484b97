package io.forebay.worker.telemetry;

import io.forebay.observability.SpanName;
import io.forebay.proto.TraceContext;
import io.forebay.wiring.Traces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;

/** Runs work in a span below the trace that reached us with the task. */
public final class TaskTrace {
    private final Tracer tracer;

    public TaskTrace(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("io.forebay.worker");
    }

    public void within(SpanName name, TraceContext parent, Runnable work) {
        Span span = tracer.spanBuilder(name.label()).setParent(Traces.context(parent)).startSpan();
        try (Scope _ = span.makeCurrent()) {
            work.run();
        } catch (RuntimeException | Error failure) {
            span.recordException(failure);
            throw failure;
        } finally {
            span.end();
        }
    }
}
