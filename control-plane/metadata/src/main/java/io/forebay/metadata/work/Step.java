package io.forebay.metadata.work;

import io.forebay.proto.Task;

/** What becomes of an entry of the queue that is due. */
public sealed interface Step {
    /** A worker gets it. */
    record Give(Task.Builder task) implements Step {}

    /** It is looked at again later. */
    record Wait(long millis) implements Step {}

    /** There is nothing to do any more. */
    record Drop() implements Step {}
}
