package io.forebay.mount.services;

import io.forebay.fuse.Reply;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.schema.ForebayException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer that somebody has to wait for, on a thread of its own. Where that thread only waits, a
 * signal to the caller ends the wait; what changes something is never cut.
 */
public final class LateAnswer {
    private final CompletableFuture<Reply> answer = new CompletableFuture<>();

    /** Set while the thread only waits. Guarded by this; so is the next one. */
    private @Nullable Thread waiter;

    private boolean interrupted;

    public Reply.Later reply() {
        return new Reply.Later(answer, this::interrupt);
    }

    /** The caller got a signal, or the mount ends. */
    public synchronized void interrupt() {
        interrupted = true;
        if (waiter != null) {
            waiter.interrupt();
        }
    }

    /** Answers with what the work returns or throws. */
    public void complete(Supplier<Reply> work) {
        try {
            answer.complete(work.get());
        } catch (RuntimeException e) {
            answer.completeExceptionally(FailureErrno.of(e));
        }
    }

    /** What a call returns that changes nothing; empty when it was, or would be, interrupted. */
    public <T> Optional<T> await(Supplier<T> call) {
        synchronized (this) {
            if (interrupted) {
                return Optional.empty();
            }
            waiter = Thread.currentThread();
        }
        try {
            return Optional.of(call.get());
        } catch (ForebayException e) {
            if (wasInterrupted()) {
                return Optional.empty();
            }
            throw e;
        } finally {
            synchronized (this) {
                waiter = null;
            }
            boolean _ = Thread.interrupted(); // what comes next must not be cut
        }
    }

    private synchronized boolean wasInterrupted() {
        return interrupted;
    }
}
