package io.forebay.metadata.state;

import io.forebay.metadata.changes.ChangeLog;
import io.forebay.metadata.kv.KeyValueStore;
import io.forebay.metadata.kv.KeyValueStore.Durability;
import io.forebay.metadata.kv.Look;
import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.kv.Transaction;
import io.forebay.metadata.kv.Waiter;
import io.forebay.proto.FailureKind;
import io.forebay.proto.WorkspaceRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Transactions on a workspace: the store, the clock, and who is told of changes. */
public final class Database {
    private final KeyValueStore store;
    private final InstantSource clock;
    private final ChangeLog changes;

    /**
     * @param changes told of each commit
     */
    public Database(KeyValueStore store, InstantSource clock, ChangeLog changes) {
        this.store = store;
        this.clock = clock;
        this.changes = changes;
    }

    public KeyValueStore store() {
        return store;
    }

    public long nowMillis() {
        return clock.millis();
    }

    /**
     * Runs the body in a transaction and saves the inodes that it changed.
     *
     * @throws Refusal from the body, with nothing changed; NOT_FOUND where there is no workspace
     */
    public <T> T change(long ws, Function<Space, T> body) {
        return change(ws, Durability.PROCESS_CRASH, body);
    }

    /** As {@link #change(long, Function)}, with a durability. */
    public <T> T change(long ws, Durability durability, Function<Space, T> body) {
        return told(made ->
                store.transact(
                        durability,
                        tx -> {
                            Space space = open(tx, ws);
                            made.set(space);
                            T result = body.apply(space);
                            space.save();
                            return result;
                        }));
    }

    /** As {@link #change(long, Function)}; {@code absent} where there is no workspace any more. */
    public <T> T changeOr(long ws, T absent, Function<Space, T> body) {
        return told(made ->
                store.transact(tx -> {
                    if (tx.get(Keys.workspace(ws)) == null) {
                        return absent;
                    }
                    Space space = open(tx, ws);
                    made.set(space);
                    T result = body.apply(space);
                    space.save();
                    return result;
                }));
    }

    /**
     * Tells of what the last attempt changed, also where it is not known whether it was committed:
     * a change that was told in vain costs others a look.
     */
    private <T> T told(Function<AtomicReference<@Nullable Space>, T> commit) {
        AtomicReference<@Nullable Space> made = new AtomicReference<>();
        try {
            return commit.apply(made);
        } finally {
            Space space = made.get();
            if (space != null && !space.committed().changes().isEmpty()) {
                changes.append(space.committed());
            }
        }
    }

    /** Waits until what is read satisfies, or a moment of this clock has come. */
    public <T> T await(byte[] key, long endMillis, Supplier<Look<T>> look)
            throws InterruptedException {
        return new Waiter(store, clock).await(key, endMillis, look);
    }

    /** A transaction on what belongs to no workspace, or to several. */
    public <T> T transact(Function<Transaction, T> body) {
        return store.transact(body);
    }

    /** As {@link #transact(Function)}; what it made is there after a power loss as well. */
    public <T> T transactDurably(Function<Transaction, T> body) {
        return store.transact(Durability.POWER_LOSS, body);
    }

    /**
     * Makes what was committed survive a power loss. Needed before anybody is told to do what a
     * lost commit would not take back: to change the bucket, or to drop bytes.
     */
    public void settle() {
        store.sync();
    }

    public <T> T read(Function<ReadTransaction, T> body) {
        return store.read(body);
    }

    /** As {@link #read}, of what may not be there. */
    public <T> Optional<T> find(Function<ReadTransaction, @Nullable T> body) {
        return store.read(tx -> Optional.ofNullable(body.apply(tx)));
    }

    /** The workspace within a transaction; the caller saves it. */
    public Space open(Transaction tx, long ws) {
        WorkspaceRecord record = Records.find(tx, Keys.workspace(ws), WorkspaceRecord.parser());
        if (record == null) {
            throw new Refusal(FailureKind.FAILURE_NOT_FOUND);
        }
        return new Space(tx, record, now());
    }

    public Instant now() {
        return clock.instant();
    }
}
