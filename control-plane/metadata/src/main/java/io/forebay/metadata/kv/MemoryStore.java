package io.forebay.metadata.kv;

import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store that lives and ends with its process: for tests, and the reference for the others. */
public final class MemoryStore implements KeyValueStore {
    private final TransactionalStore store;

    /** An empty store. */
    public MemoryStore() {
        this(InstantSource.system());
    }

    /** An empty store whose transactions age by this clock. */
    public MemoryStore(InstantSource clock) {
        store = new TransactionalStore(new MemoryEngine(), clock);
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Durability durability, Function<Transaction, T> body) {
        return store.transact(durability, body);
    }

    @Override
    public <T extends @Nullable Object> T read(Function<ReadTransaction, T> body) {
        return store.read(body);
    }

    @Override
    public void sync() {
        store.sync();
    }

    @Override
    public long changeCount(byte[] key) {
        return store.changeCount(key);
    }

    @Override
    public void awaitChange(byte[] key, long seen, long timeoutMillis) throws InterruptedException {
        store.awaitChange(key, seen, timeoutMillis);
    }

    @Override
    public void close() {
        store.close();
    }
}
