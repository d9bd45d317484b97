package io.forebay.persist.flush;

import io.forebay.proto.PublishedObject;
import io.forebay.proto.Task;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Is told what the engine does, for metrics and traces. Called by many threads; must not throw. */
public interface FlushListener {
    /** Runs a task's work, inside a span for example. Must call {@code work} exactly once. */
    default void runAround(Task task, Runnable work) {
        work.run();
    }

    /**
     * Runs the end of an upload, in which its object appears. Must call {@code work} exactly once
     * and return its answer, in which {@code problem} finds why there is no object.
     */
    default <T> T completing(Supplier<T> work, Function<T, Optional<String>> problem) {
        return work.get();
    }

    /** Work on a task has begun. */
    default void started(Task task) {}

    /** The object of an upload is in the bucket; {@code sentBytes} went over the wire for it. */
    default void published(Task task, PublishedObject object, long sentBytes, Duration elapsed) {}

    /** A task other than an upload was done, or an upload was not needed any more. */
    default void ended(Task task, Duration elapsed) {}

    /** The condition did not hold: somebody else wrote the object. */
    default void conflicted(Task task, Duration elapsed) {}

    /** A try failed; the control plane plans the next one. */
    default void failed(Task task, String message, Duration elapsed) {}

    /** A listener that does nothing. */
    static FlushListener none() {
        return new FlushListener() {};
    }
}
