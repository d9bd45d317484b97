package io.forebay.persist.calls;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Calls that need not wait for each other. */
public final class AtOnce {
    private AtOnce() {}

    /**
     * All answers, in the order of the calls.
     *
     * @throws ForebayException of the first call that failed with one; UNAVAILABLE when the worker
     *     stops meanwhile
     */
    public static <T> List<T> all(ExecutorService threads, Collection<Callable<T>> calls) {
        List<T> answers = new ArrayList<>();
        try {
            for (Future<T> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The worker is stopping; tried again.", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ForebayException known
                    ? known
                    : new IllegalStateException("a call to the store ended with a bug", e);
        }
    }
}
