package io.forebay.mount.services;

import io.forebay.fuse.Reply;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The late answers of one kind, each on a virtual thread of its own. */
public final class LateAnswers implements AutoCloseable {
    private final Set<LateAnswer> waits = ConcurrentHashMap.newKeySet();

    /**
     * @param work completes the answer
     */
    public Reply start(String threadName, Consumer<LateAnswer> work) {
        LateAnswer late = new LateAnswer();
        waits.add(late);
        Thread.ofVirtual()
                .name(threadName)
                .start(() -> {
                    try {
                        work.accept(late);
                    } finally {
                        waits.remove(late);
                    }
                });
        return late.reply();
    }

    /** Ends the waits. */
    @Override
    public void close() {
        waits.forEach(LateAnswer::interrupt);
    }
}
