package io.forebay.persist.flush;

import io.forebay.proto.PublishedObject;
import io.forebay.proto.Task;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what went to the store, over all engines that it listens to. */
final class SentBytes implements FlushListener {
    private final AtomicLong bytes = new AtomicLong();

    @Override
    public void published(Task task, PublishedObject object, long sent, Duration elapsed) {
        bytes.addAndGet(sent);
    }

    long get() {
        return bytes.get();
    }

    @Override
    public String toString() {
        return bytes.toString();
    }
}
