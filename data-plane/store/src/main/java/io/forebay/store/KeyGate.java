package io.forebay.store;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets one fill, eviction or removal at a time happen to a file, and lets opens wait for its end.
 * Holds an entry only while something happens.
 */
final class KeyGate {
    private final ConcurrentHashMap<StagedKey, CompletableFuture<Void>> inside =
            new ConcurrentHashMap<>();
    private final Duration waitMax;

    KeyGate(Duration waitMax) {
        this.waitMax = waitMax;
    }

    /** Whether this call did the work; if not, it has waited for somebody else's to end. */
    boolean runOrWait(StagedKey key, Runnable work) {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> theirs = inside.putIfAbsent(key, mine);
        if (theirs != null) {
            await(theirs);
            return false;
        }
        try {
            work.run();
            inside.remove(key, mine);
            mine.complete(null);
            return true;
        } catch (RuntimeException | Error e) {
            inside.remove(key, mine);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    /** Does the work when nobody else is inside. */
    void run(StagedKey key, Runnable work) {
        boolean done = false;
        while (!done) {
            try {
                done = runOrWait(key, work);
            } catch (SharedFailure e) {
                done = false; // theirs failed, which says nothing about ours
            }
        }
    }

    /** Whether nothing happens to the file now. */
    boolean isIdle(StagedKey key) {
        return !inside.containsKey(key);
    }

    /** Waits until nothing happens to the file; how that ended does not matter. */
    void await(StagedKey key) {
        CompletableFuture<Void> theirs = inside.get(key);
        while (theirs != null) {
            try {
                await(theirs);
            } catch (SharedFailure e) {
                // The caller looks itself at what is there now.
            }
            theirs = inside.get(key);
        }
    }

    private void await(CompletableFuture<Void> theirs) {
        try {
            theirs.get(waitMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new SharedFailure(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new ForebayException(
                    FailureKind.FAILURE_BUSY,
                    "The file is still being brought back or evicted; open it again later",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The worker stops; open the file again", e);
        }
    }

    /** What somebody else's work failed with. */
    static final class SharedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SharedFailure(Throwable cause) {
            super(cause);
        }
    }
}
