package io.forebay.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.observability.SpanName;
import io.forebay.proto.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.junit.jupiter.api.Test;

final class CallTraceTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final TraceContext CALLER =
            TraceContext.newBuilder()
                    .setTraceparent("00-" + TRACE + "-b7ad6b7169203331-01")
                    .build();

    @Test
    void withoutTracingTheCallersContextGoesOnUnchanged() {
        CallTrace trace = new CallTrace(OpenTelemetry.noop(), true);
        assertEquals(CALLER, trace.within(SpanName.METADATA_RELEASE, CALLER, ours -> ours));
        TraceContext none = TraceContext.getDefaultInstance();
        assertEquals(none, trace.within(SpanName.METADATA_RELEASE, none, ours -> ours));
    }

    @Test
    void withTracingOurSpanContinuesTheTrace() {
        try (SdkTracerProvider spans = SdkTracerProvider.builder().build();
                OpenTelemetrySdk sdk =
                        OpenTelemetrySdk.builder().setTracerProvider(spans).build()) {
            TraceContext ours =
                    new CallTrace(sdk, false)
                            .within(SpanName.METADATA_COMMIT, CALLER, given -> given);
            assertNotEquals(CALLER, ours);
            assertTrue(ours.getTraceparent().startsWith("00-" + TRACE + "-"), ours.toString());
        }
    }
}
