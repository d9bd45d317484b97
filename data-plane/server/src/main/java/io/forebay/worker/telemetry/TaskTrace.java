package io.forebay.worker.telemetry;

import io.forebay.observability.SpanAttribute;
import io.forebay.observability.SpanName;
import io.forebay.proto.Claims;
import io.forebay.proto.Task;
import io.forebay.proto.UploadTask;
import io.forebay.wiring.Traces;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Runs work in spans: uploads below the trace that reached us with the task. */
public final class TaskTrace {
    private final Tracer tracer;

    public TaskTrace(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("io.forebay.worker");
    }

    /** An upload, whose trace began with the close. */
    public void upload(Task task, Runnable work) {
        UploadTask upload = task.getUpload();
        SpanBuilder span =
                tracer.spanBuilder(SpanName.FLUSH_UPLOAD.label())
                        .setParent(Traces.context(task.getTrace()))
                        .setSpanKind(SpanKind.CONSUMER)
                        .setAttribute(SpanAttribute.INO.label(), upload.getIno())
                        .setAttribute(SpanAttribute.GENERATION.label(), upload.getGeneration())
                        .setAttribute(SpanAttribute.KEY.label(), upload.getKey())
                        .setAttribute(SpanAttribute.BYTES.label(), upload.getSize())
                        .setAttribute(SpanAttribute.ATTEMPT.label(), task.getAttempt());
        run(span, work);
    }

    /** A file that is brought back: no trace reaches us with a grant. */
    public void fetch(Claims claims, Runnable work) {
        SpanBuilder span =
                tracer.spanBuilder(SpanName.FETCH.label())
                        .setNoParent()
                        .setSpanKind(SpanKind.CLIENT)
                        .setAttribute(SpanAttribute.INO.label(), claims.getIno())
                        .setAttribute(SpanAttribute.GENERATION.label(), claims.getGeneration())
                        .setAttribute(SpanAttribute.KEY.label(), claims.getSource().getKey())
                        .setAttribute(SpanAttribute.BYTES.label(), claims.getSource().getSize());
        run(span, work);
    }

    /** A part of what this thread does in a span; the answer says whether it went well. */
    public <T> T below(SpanName name, Supplier<T> work, Function<T, Optional<String>> problem) {
        SpanBuilder builder = tracer.spanBuilder(name.label()).setSpanKind(SpanKind.CLIENT);
        return within(
                builder,
                () -> {
                    T answer = work.get();
                    problem.apply(answer).ifPresent(TaskTrace::failed);
                    return answer;
                });
    }

    /** Marks what this thread does now as failed. */
    public static void failed(String why) {
        Span.current().setStatus(StatusCode.ERROR, why);
    }

    private static void run(SpanBuilder builder, Runnable work) {
        var _ =
                within(
                        builder,
                        () -> {
                            work.run();
                            return true;
                        });
    }

    private static <T> T within(SpanBuilder builder, Supplier<T> work) {
        Span span = builder.startSpan();
        try (Scope _ = span.makeCurrent()) {
            return work.get();
        } catch (RuntimeException | Error failure) {
            span.setStatus(StatusCode.ERROR, Objects.toString(failure.getMessage()))
                    .recordException(failure);
            throw failure;
        } finally {
            span.end();
        }
    }
}
