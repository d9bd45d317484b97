package io.forebay.metadata.kv;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store of ordered keys. Every method may be called by many threads. */
public interface KeyValueStore extends AutoCloseable {
    /**
     * Runs {@code body} until its commit succeeds: it may run several times and must have no other
     * effect than on the transaction. Retries are bounded; each sees the newest state.
     *
     * @throws StoreException CONTENDED after the last retry; TOO_LARGE or TOO_OLD when the
     *     transaction broke a limit ({@link TransactionLimits}); UNAVAILABLE when the store does
     *     not answer
     */
    <T extends @Nullable Object> T transact(Durability durability, Function<Transaction, T> body);

    /** As {@link #transact}, at the durability of a process crash. */
    default <T extends @Nullable Object> T transact(Function<Transaction, T> body) {
        return transact(Durability.PROCESS_CRASH, body);
    }

    /** Reads one moment of the store. The body may run several times. */
    <T extends @Nullable Object> T read(Function<ReadTransaction, T> body);

    /** Returns when everything that was committed before the call survives a power loss. */
    void sync();

    /**
     * Returns a counter that grows after each commit that touched the key, and maybe after others.
     * A process that restarts may answer any number. To wait for something, use {@link Waiter}.
     */
    long changeCount(byte[] key);

    /** Waits until {@link #changeCount} differs from {@code seen}, or the time is over, or less. */
    void awaitChange(byte[] key, long seen, long timeoutMillis) throws InterruptedException;

    @Override
    void close();

    /** What a commit survives when it has returned. */
    enum Durability {
        /** The end of this process, however it ends. */
        PROCESS_CRASH,
        /** The loss of power as well. */
        POWER_LOSS
    }
}
