package io.forebay.e2e.chaos;

import java.util.concurrent.CompletableFuture;

/** Something that is done beside what a program does, once. */
final class Aside {
    private final Runnable work;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean started;

    Aside(Runnable work) {
        this.work = work;
    }

    void start() {
        started = true;
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try {
                        work.run();
                        done.complete(null);
                    } catch (RuntimeException failed) {
                        done.completeExceptionally(failed);
                    }
                });
    }

    /** Throws what it threw; returns at once if it was not started. */
    void join() {
        if (started) {
            done.join();
        }
    }
}
