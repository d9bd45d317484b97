package io.forebay.wiring;

import io.forebay.proto.TraceContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The trace that our messages carry, in the form of W3C Trace Context, level 1. */
public final class Traces {
    private static final String TRACEPARENT = "traceparent";

    private Traces() {}

    /** What a span below the message's one has as its parent. */
    public static Context context(TraceContext message) {
        return message.getTraceparent().isEmpty()
                ? Context.root()
                : W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), message, Carrier.INSTANCE);
    }

    /** What a message carries so that the receiver's spans hang below the context's. */
    public static TraceContext message(Context context) {
        TraceContext.Builder carrier = TraceContext.newBuilder();
        W3CTraceContextPropagator.getInstance()
                .inject(
                        context,
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
