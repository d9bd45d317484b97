package io.forebay.e2e.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A span that arrived, with its ids in hexadecimal.
 *
 * @param parentId empty for a root
 * @param problem what its status says, empty where that is no error
 */
public record ReceivedSpan(
        String service,
        String name,
        String traceId,
        String spanId,
        String parentId,
        String problem,
        Map<String, String> attributes) {

    static ReceivedSpan of(String service, Span span) {
        Map<String, String> attributes = new TreeMap<>();
        span.getAttributesList()
                .forEach(each -> attributes.put(each.getKey(), text(each.getValue())));
        boolean failed = span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR;
        return new ReceivedSpan(
                service,
                span.getName(),
                hex(span.getTraceId()),
                hex(span.getSpanId()),
                hex(span.getParentSpanId()),
                failed ? "error: " + span.getStatus().getMessage() : "",
                attributes);
    }

    private static String text(AnyValue value) {
        return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
    }

    private static String hex(ByteString id) {
        return HexFormat.of().formatHex(id.toByteArray());
    }
}
