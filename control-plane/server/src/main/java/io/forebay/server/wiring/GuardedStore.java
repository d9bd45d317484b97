package io.forebay.server.wiring;

import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.kv.Transaction;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store that can be closed while others use it: what runs is awaited, what comes later is refused
 * with UNAVAILABLE, and waiters go home. Counts what changed, so that nothing is synced in vain.
 */
final class GuardedStore implements KeyValueStore {
    /** More calls at once than the server takes; a closing store takes all of them. */
    private static final int CALLS_MAX = 1 << 20;

    /** A waiter looks this often whether the store was closed, which it may not see otherwise. */
    private static final long WAIT_SLICE_MILLIS = 500;

    private static final long CLOSE_SECONDS_MAX = 30;

    private final KeyValueStore store;
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final AtomicLong commits = new AtomicLong();
    private volatile boolean closed;

    GuardedStore(KeyValueStore store) {
        this.store = store;
    }

    /** Grows with each transaction that may have changed something. */
    long commits() {
        return commits.get();
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Durability durability, Function<Transaction, T> body) {
        enter();
        try {
            T result = store.transact(durability, body);
            commits.incrementAndGet();
            return result;
        } finally {
            calls.release();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<ReadTransaction, T> body) {
        enter();
        try {
            return store.read(body);
        } finally {
            calls.release();
        }
    }

    @Override
    public void sync() {
        enter();
        try {
            store.sync();
        } finally {
            calls.release();
        }
    }

    @Override
    public long changeCount(byte[] key) {
        return store.changeCount(key);
    }

    @Override
    public void awaitChange(byte[] key, long seen, long timeoutMillis) throws InterruptedException {
        if (!closed) {
            store.awaitChange(key, seen, Math.min(timeoutMillis, WAIT_SLICE_MILLIS));
        }
        if (closed) {
            throw stopping();
        }
    }

    /** Waits a bounded time for what runs; what hangs longer keeps the store open. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (calls.tryAcquire(CALLS_MAX, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                store.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void enter() {
        if (closed || !calls.tryAcquire()) {
            throw stopping();
        }
    }

    private static StoreException stopping() {
        return new StoreException(
                StoreException.Kind.UNAVAILABLE,
                "The control plane is stopping: try again when it runs.");
    }
}
