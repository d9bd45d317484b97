package io.forebay.mount.services;

import io.forebay.proto.TraceContext;
import java.util.function.Function;

/** Spans for what an application waits for at close and fsync. */
@FunctionalInterface
public interface CloseTrace {
    /** No traces are taken. */
    CloseTrace NONE = (_, work) -> work.apply(TraceContext.getDefaultInstance());

    /** Does the work in a span of its own, and returns the context that was passed to it. */
    TraceContext flush(long ino, Function<TraceContext, TraceContext> work);
}
