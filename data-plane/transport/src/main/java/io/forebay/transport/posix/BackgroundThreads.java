package io.forebay.transport.posix;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Threads for work that nobody waits for: where processors are scarce, they yield to those that
 * serve callers, and still get a tenth of the time.
 */
public final class BackgroundThreads implements ThreadFactory {
    private static final System.Logger LOG = System.getLogger(BackgroundThreads.class.getName());

    /** The kernel's weight of it is a tenth of an ordinary thread's. */
    private static final int NICE = 10;

    private final String prefix;
    private final AtomicLong count = new AtomicLong();

    public BackgroundThreads(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public Thread newThread(Runnable work) {
        return Thread.ofPlatform()
                .name(prefix, count.getAndIncrement())
                .daemon()
                .unstarted(() -> {
                    yieldToOthers();
                    work.run();
                });
    }

    private static void yieldToOthers() {
        int result = LibC.setpriority(NICE);
        if (result < 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a background thread keeps its priority errno={0}",
                    -result);
        }
    }
}
