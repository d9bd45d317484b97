package io.forebay.persist.calls;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Sends many callers' items in few calls: what arrives while a call is in flight goes with the next
 * one. A lone item waits for nothing.
 *
 * @param <Q> an item
 * @param <R> its answer
 */
public final class Batcher<Q, R> {
    private final int itemsMax;
    private final Function<List<Q>, List<R>> call;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiting<Q, R>> waiting = new ArrayDeque<>(); // guarded by lock
    private boolean running; // guarded by lock

    /** The call answers as many as it is given, in order. Callers bound what is waiting. */
    public Batcher(int itemsMax, Executor executor, Function<List<Q>, List<R>> call) {
        this.itemsMax = itemsMax;
        this.executor = executor;
        this.call = call;
    }

    /** Returns the item's answer, or throws what the call threw. Takes as long as the call. */
    public R submit(Q item) {
        Waiting<Q, R> mine = new Waiting<>(item, new CompletableFuture<>());
        boolean start;
        lock.lock();
        try {
            waiting.add(mine);
            start = !running;
            running = true;
        } finally {
            lock.unlock();
        }
        if (start) {
            executor.execute(this::drain);
        }
        try {
            return mine.answer().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void drain() {
        for (List<Waiting<Q, R>> batch = next(); !batch.isEmpty(); batch = next()) {
            try {
                List<R> answers = call.apply(batch.stream().map(Waiting::item).toList());
                if (answers.size() != batch.size()) {
                    throw new IllegalStateException("a batch was not answered item by item");
                }
                for (int i = 0; i < batch.size(); i++) {
                    batch.get(i).answer().complete(answers.get(i));
                }
            } catch (RuntimeException | Error e) {
                batch.forEach(one -> one.answer().completeExceptionally(e));
            }
        }
    }

    private List<Waiting<Q, R>> next() {
        List<Waiting<Q, R>> batch = new ArrayList<>();
        lock.lock();
        try {
            while (batch.size() < itemsMax && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
            running = !batch.isEmpty();
        } finally {
            lock.unlock();
        }
        return batch;
    }

    private record Waiting<Q, R>(Q item, CompletableFuture<R> answer) {}
}
