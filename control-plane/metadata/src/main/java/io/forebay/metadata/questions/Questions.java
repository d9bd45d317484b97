package io.forebay.metadata.questions;

import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.CheckTask;
import io.forebay.proto.CheckedPage;
import io.forebay.proto.FailureKind;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Questions that wait for their answers. A question is a task of its worker, before all others; it
 * is known to this process alone, so that one which nobody waits for any more is dropped when the
 * worker comes for it. Safe for any number of threads.
 */
public final class Questions {
    private final Database database;
    private final ConcurrentMap<Long, Asked> asked = new ConcurrentHashMap<>();
    private final AtomicLong numbers;

    public Questions(Database database) {
        this.database = database;
        // Greater than those of processes before, whose tasks may still be in the queues.
        this.numbers = new AtomicLong(Math.multiplyExact(database.nowMillis(), 1000));
    }

    private record Asked(CheckTask question, CompletableFuture<CheckedPage> answer) {}

    /** Waits for the worker's answer. */
    public CheckedPage ask(long ws, String worker, CheckTask.Builder question, Duration limit)
            throws UnansweredException, InterruptedException {
        long number = numbers.incrementAndGet();
        TaskId task = TaskId.of(TaskKind.CHECK, number);
        Asked each = new Asked(question.setQuestion(number).build(), new CompletableFuture<>());
        asked.put(number, each);
        try {
            database.change(
                    ws,
                    space -> {
                        Queue.put(space, worker, task, 0);
                        return true;
                    });
            return checked(each.answer().get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            withdraw(ws, worker, task);
            throw new UnansweredException(
                    "the worker " + worker + " did not answer within " + limit.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody fails a question", e);
        } finally {
            asked.remove(number);
        }
    }

    private static CheckedPage checked(CheckedPage page) throws UnansweredException {
        if (page.getFailure() != FailureKind.FAILURE_NONE) {
            throw new UnansweredException(page.getMessage());
        }
        return page;
    }

    private void withdraw(long ws, String worker, TaskId task) {
        database.change(
                ws,
                space -> {
                    Queue.remove(space, worker, task);
                    return true;
                });
    }

    /** The question, or null where nobody waits for its answer. */
    public @Nullable CheckTask find(long number) {
        Asked each = asked.get(number);
        return each == null ? null : each.question();
    }

    /** An answer has come; one that came before counts. */
    public void answered(CheckedPage page) {
        Asked each = asked.get(page.getQuestion());
        if (each != null) {
            each.answer().complete(page);
        }
    }
}
