package io.forebay.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.observability.SpanName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class CallTraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final TraceContext NONE = TraceContext.getDefaultInstance();
    private static final TraceContext CALLER = context(TRACE);
    private static final TraceContext OTHER = context(TRACE.replace('a', 'b'));

    private final List<SpanData> ended = new ArrayList<>();

    private static TraceContext context(String trace) {
        return TraceContext.newBuilder()
                .setTraceparent("00-" + trace + "-b7ad6b7169203331-01")
                .build();
    }

    @Test
    void withoutTracingTheCallersContextGoesOnUnchanged() {
        CallTrace trace = new CallTrace(OpenTelemetry.noop(), true);
        assertEquals(List.of(CALLER, NONE), run(trace, List.of(CALLER, NONE)));
    }

    @Test
    void eachTraceIsContinuedOnce() {
        traced(trace -> {
            List<TraceContext> ours = run(trace, List.of(CALLER, OTHER, CALLER));
            assertEquals(ours.get(0), ours.get(2));
            assertNotEquals(CALLER, ours.get(0));
            assertTrue(ours.get(0).getTraceparent().startsWith("00-" + TRACE + "-"));
            assertNotEquals(OTHER, ours.get(1));
            return ours;
        });
        assertEquals(2, ended.size());
        assertEquals(TRACE, ended.getFirst().getTraceId());
        assertEquals("b7ad6b7169203331", ended.getFirst().getParentSpanId());
        assertEquals(StatusCode.UNSET, ended.getFirst().getStatus().getStatusCode());
    }

    @Test
    void whatIsNotTracedBeginsNoTrace() {
        traced(trace -> run(trace, List.of(NONE)));
        assertEquals(List.of(), ended);
    }

    @Test
    void aRefusalIsAnError() {
        traced(trace ->
                trace.within(
                        SpanName.METADATA_COMMIT,
                        List.of(CALLER),
                        _ -> FailureKind.FAILURE_STALE,
                        kind -> kind));
        assertEquals(StatusCode.ERROR, ended.getFirst().getStatus().getStatusCode());
        assertEquals("FAILURE_STALE", ended.getFirst().getStatus().getDescription());
    }

    @Test
    void soIsWhatIsThrown() {
        assertThrows(
                IllegalStateException.class,
                () ->
                        traced(trace ->
                                trace.within(
                                        SpanName.METADATA_COMMIT,
                                        List.of(CALLER),
                                        _ -> {
                                            throw new IllegalStateException("broken");
                                        },
                                        _ -> FailureKind.FAILURE_NONE)));
        assertEquals(StatusCode.ERROR, ended.getFirst().getStatus().getStatusCode());
    }

    private static List<TraceContext> run(CallTrace trace, List<TraceContext> parents) {
        return trace.within(
                SpanName.METADATA_RELEASE,
                parents,
                ours -> parents.stream().map(ours).toList(),
                _ -> FailureKind.FAILURE_NONE);
    }

    private <T> void traced(Function<CallTrace, T> work) {
        InMemorySpanExporter exporter = InMemorySpanExporter.create();
        try (SdkTracerProvider spans =
                        SdkTracerProvider.builder()
                                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                                .build();
                OpenTelemetrySdk sdk =
                        OpenTelemetrySdk.builder().setTracerProvider(spans).build()) {
            try {
                var _ = work.apply(new CallTrace(sdk, false));
            } finally { // the end of the tracer forgets them
                ended.addAll(exporter.getFinishedSpanItems());
            }
        }
    }
}
