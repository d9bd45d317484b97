package io.forebay.worker.telemetry;

import io.forebay.observability.EventName;
import io.forebay.observability.SpanName;
import io.forebay.persist.flush.FlushListener;
import io.forebay.proto.PublishedObject;
import io.forebay.proto.Task;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Turns what the flush engine does into metrics, spans and log lines. */
public final class FlushTelemetry implements FlushListener {
    private static final System.Logger LOG = System.getLogger(FlushTelemetry.class.getName());

    private final WorkerMetrics metrics;
    private final TaskTrace trace;
    private final Consumer<Task> onPublished;

    /** Whether the last upload failed: a line for each change of it. */
    private final AtomicBoolean failing = new AtomicBoolean();

    public FlushTelemetry(WorkerMetrics metrics, TaskTrace trace, Consumer<Task> onPublished) {
        this.metrics = metrics;
        this.trace = trace;
        this.onPublished = onPublished;
    }

    @Override
    public void runAround(Task task, Runnable work) {
        if (!task.hasUpload()) {
            work.run();
            return;
        }
        metrics.uploadStarted();
        try {
            trace.upload(task, work);
        } finally {
            metrics.uploadEnded();
        }
    }

    @Override
    public <T> T completing(Supplier<T> work, Function<T, Optional<String>> problem) {
        return trace.below(SpanName.FLUSH_PUBLISH, work, problem);
    }

    @Override
    public void published(Task task, PublishedObject object, long sentBytes, Duration elapsed) {
        metrics.uploaded(sentBytes, elapsed);
        if (failing.compareAndSet(true, false)) {
            LOG.log(Level.INFO, EventName.FLUSH_RECOVERED.line("key", task.getUpload().getKey()));
        }
        onPublished.accept(task);
    }

    @Override
    public void conflicted(Task task, Duration elapsed) {
        metrics.conflicted();
        TaskTrace.failed("Somebody else wrote the object.");
        LOG.log(
                Level.WARNING,
                EventName.FLUSH_CONFLICT.line(
                        "workspace", task.getWorkspaceId(), "key", task.getUpload().getKey()));
    }

    @Override
    public void failed(Task task, String message, Duration elapsed) {
        metrics.uploadFailed();
        TaskTrace.failed(message);
        if (failing.compareAndSet(false, true)) {
            LOG.log(
                    Level.WARNING,
                    EventName.FLUSH_FAILED.line(
                            "workspace", task.getWorkspaceId(), "cause", message));
        }
    }
}
