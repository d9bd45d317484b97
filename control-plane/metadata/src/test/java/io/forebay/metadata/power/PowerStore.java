package io.forebay.metadata.power;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.MemoryStore;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store that can lose what was not synced. */
final class PowerStore implements KeyValueStore {
    private static final byte[] FIRST = {};
    private static final byte[] END = {(byte) 0xff};

    private final MemoryStore store = new MemoryStore();
    private List<KeyValue> synced = List.of();

    /** What was committed since the last sync is gone. */
    void cut() {
        store.transact(tx -> {
            tx.clearRange(FIRST, END);
            synced.forEach(each -> tx.set(each.key(), each.value()));
            return true;
        });
    }

    private void keep() {
        synced = store.read(tx -> tx.getRange(FIRST, END, Integer.MAX_VALUE));
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Durability durability, Function<Transaction, T> body) {
        T result = store.transact(durability, body);
        if (durability == Durability.POWER_LOSS) {
            keep();
        }
        return result;
    }

    @Override
    public <T extends @Nullable Object> T read(Function<ReadTransaction, T> body) {
        return store.read(body);
    }

    @Override
    public void sync() {
        store.sync();
        keep();
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
