package io.forebay.worker.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.proto.PublishedObject;
import io.forebay.proto.Task;
import io.forebay.proto.TraceContext;
import io.forebay.proto.UploadTask;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The spans of uploads: below the trace of the close, and honest about failures. */
final class FlushTelemetryTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CLOSE = "b7ad6b7169203331";
    private static final Task TASK =
            Task.newBuilder()
                    .setTrace(
                            TraceContext.newBuilder()
                                    .setTraceparent("00-" + TRACE + "-" + CLOSE + "-01"))
                    .setAttempt(2)
                    .setUpload(UploadTask.newBuilder().setIno(5).setKey("a/b").setSize(9))
                    .build();

    private final List<SpanData> ended = new ArrayList<>();

    @Test
    void anUploadIsASpanBelowTheCloseAndItsEndOneBelowThat() {
        traced(telemetry ->
                telemetry.runAround(
                        TASK,
                        () -> {
                            complete(telemetry, Optional.empty());
                            telemetry.published(
                                    TASK, PublishedObject.getDefaultInstance(), 9, Duration.ZERO);
                        }));
        SpanData publish = ended.get(0);
        SpanData upload = ended.get(1);
        assertEquals("flush.publish", publish.getName());
        assertEquals("flush.upload", upload.getName());
        assertEquals(CLOSE, upload.getParentSpanId());
        assertEquals(upload.getSpanId(), publish.getParentSpanId());
        assertEquals(List.of(TRACE, TRACE), ended.stream().map(SpanData::getTraceId).toList());
        assertEquals(List.of(StatusCode.UNSET, StatusCode.UNSET), statuses());
        assertEquals("a/b", upload.getAttributes().get(AttributeKey.stringKey("forebay.key")));
        assertEquals(2, upload.getAttributes().get(AttributeKey.longKey("forebay.attempt")));
    }

    @Test
    void whatFailedBeforeTheEndIsAnErrorOfTheUploadAlone() {
        traced(telemetry ->
                telemetry.runAround(TASK, () -> telemetry.failed(TASK, "no bytes", Duration.ZERO)));
        assertEquals(List.of(StatusCode.ERROR), statuses());
        assertEquals("no bytes", ended.getFirst().getStatus().getDescription());
    }

    @Test
    void whatFailedAtTheEndIsAnErrorOfBoth() {
        traced(telemetry ->
                telemetry.runAround(
                        TASK,
                        () -> {
                            complete(telemetry, Optional.of("refused"));
                            telemetry.conflicted(TASK, Duration.ZERO);
                        }));
        assertEquals(List.of(StatusCode.ERROR, StatusCode.ERROR), statuses());
        assertEquals("refused", ended.getFirst().getStatus().getDescription());
    }

    private static void complete(FlushTelemetry telemetry, Optional<String> problem) {
        var _ = telemetry.completing(() -> problem, answer -> answer);
    }

    private List<StatusCode> statuses() {
        return ended.stream().map(span -> span.getStatus().getStatusCode()).toList();
    }

    private void traced(Consumer<FlushTelemetry> work) {
        InMemorySpanExporter exporter = InMemorySpanExporter.create();
        try (SdkTracerProvider spans =
                        SdkTracerProvider.builder()
                                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                                .build();
                OpenTelemetrySdk sdk =
                        OpenTelemetrySdk.builder().setTracerProvider(spans).build()) {
            WorkerMetrics metrics = new WorkerMetrics(new SimpleMeterRegistry());
            work.accept(new FlushTelemetry(metrics, new TaskTrace(sdk), _ -> {}));
            ended.addAll(exporter.getFinishedSpanItems());
        }
    }
}
