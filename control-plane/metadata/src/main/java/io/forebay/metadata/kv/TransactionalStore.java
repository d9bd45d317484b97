package io.forebay.metadata.kv;

import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Strictly serializable transactions over an {@link Engine}, optimistic as FoundationDB's: an
 * attempt reads one moment and buffers its writes; the commit, one at a time, is refused when a
 * commit after that moment changed something that the attempt read.
 */
public final class TransactionalStore implements KeyValueStore {
    /** Attempts before CONTENDED; with the pauses below, about a second of contention. */
    static final int ATTEMPTS_MAX = 64;

    /** Attempts that may outlive their age: a paused machine is forgiven, a slow body is not. */
    static final int OLD_ATTEMPTS_MAX = 2;

    private static final int ATTEMPTS_BEFORE_TURN = 12;
    private static final long TURN_MILLIS_MAX = 50;
    private static final long PAUSE_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

    private final Engine engine;
    private final InstantSource clock;
    private final Resolver resolver = new Resolver();
    private final Watches watches = new Watches();
    private final ReentrantLock commitLock = new ReentrantLock();
    // Held by who failed often, while its body runs: the others wait for it, but not long.
    private final ReentrantLock turn = new ReentrantLock();
    private final ReentrantLock syncLock = new ReentrantLock();
    // Guarded by syncLock for writing. Below every version: the first sync is never skipped.
    private volatile long syncedVersion = -1;
    private volatile boolean closed;

    /** A store that owns the engine. The clock tells the age of transactions. */
    public TransactionalStore(Engine engine, InstantSource clock) {
        this.engine = engine;
        this.clock = clock;
    }

    @Override
    public <T extends @Nullable Object> T transact(
            Durability durability, Function<Transaction, T> body) {
        int old = 0;
        boolean hasTurn = false;
        try {
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                hasTurn = hasTurn || (attempt >= ATTEMPTS_BEFORE_TURN && takeTurn());
                try (BufferedTransaction transaction = begin(true)) {
                    T result = body.apply(transaction);
                    if (commit(transaction) == Resolver.Verdict.CLEAR) {
                        settle(transaction, durability);
                        return result;
                    }
                } catch (StoreException e) {
                    old = countOld(e, old);
                }
                pause(hasTurn ? 0 : attempt);
            }
        } finally {
            if (hasTurn) {
                turn.unlock();
            }
        }
        throw new StoreException(
                StoreException.Kind.CONTENDED,
                "others kept changing what the transaction read: try again later");
    }

    @Override
    public <T extends @Nullable Object> T read(Function<ReadTransaction, T> body) {
        int old = 0;
        while (true) {
            try (BufferedTransaction transaction = begin(false)) {
                return body.apply(transaction);
            } catch (StoreException e) {
                old = countOld(e, old);
            }
        }
    }

    @Override
    public void sync() {
        checkOpen();
        syncThrough(resolver.newest());
    }

    @Override
    public long changeCount(byte[] key) {
        return watches.count(key);
    }

    @Override
    public void awaitChange(byte[] key, long seen, long timeoutMillis) throws InterruptedException {
        watches.await(key, seen, timeoutMillis);
        checkOpen();
    }

    @Override
    public void close() {
        commitLock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            watches.close();
            engine.close();
        } finally {
            commitLock.unlock();
        }
    }

    /** The version of the newest commit. */
    long version() {
        return resolver.newest();
    }

    private BufferedTransaction begin(boolean tracked) {
        checkOpen();
        return new BufferedTransaction(engine, resolver, clock, tracked);
    }

    private void settle(BufferedTransaction transaction, Durability durability) {
        if (durability == Durability.POWER_LOSS) {
            syncThrough(Math.max(transaction.commitVersion(), transaction.readVersion()));
        }
    }

    private Resolver.Verdict commit(BufferedTransaction transaction) {
        Writes writes = transaction.writes();
        if (writes.isEmpty()) {
            return Resolver.Verdict.CLEAR; // it saw one moment, and takes place there
        }
        giveWay();
        transaction.checkAge();
        // Most of the comparison needs no lock; what commits meanwhile is compared under it.
        long checked = resolver.newest();
        Resolver.Verdict verdict = check(transaction, transaction.readVersion(), checked);
        if (verdict != Resolver.Verdict.CLEAR) {
            return verdict;
        }
        commitLock.lock();
        try {
            checkOpen();
            verdict = check(transaction, checked, resolver.newest());
            if (verdict == Resolver.Verdict.CLEAR) {
                engine.apply(writes);
                resolver.publish(writes, clock.millis());
                transaction.committed(resolver.newest());
                watches.changed(writes);
            }
            return verdict;
        } finally {
            commitLock.unlock();
        }
    }

    /**
     * Small transactions that keep coming would starve a large one: whoever failed often has a
     * turn, in which the commits of others wait a little.
     */
    private void giveWay() {
        if (turn.isLocked() && !turn.isHeldByCurrentThread() && takeTurn()) {
            turn.unlock();
        }
    }

    private boolean takeTurn() {
        try {
            return turn.tryLock(TURN_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Resolver.Verdict check(BufferedTransaction transaction, long after, long upTo) {
        KeyRanges reads = transaction.reads();
        return reads.isEmpty() ? Resolver.Verdict.CLEAR : resolver.check(reads, after, upTo);
    }

    /** Syncs once for all who wait: the first does it, the others find their version synced. */
    private void syncThrough(long version) {
        if (syncedVersion >= version) {
            return;
        }
        syncLock.lock();
        try {
            if (syncedVersion < version) {
                long newest = resolver.newest();
                engine.sync();
                syncedVersion = newest;
            }
        } finally {
            syncLock.unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreException(StoreException.Kind.UNAVAILABLE, "the store is closed");
        }
    }

    private static int countOld(StoreException failure, int old) {
        if (failure.kind() != StoreException.Kind.TOO_OLD || old + 1 >= OLD_ATTEMPTS_MAX) {
            throw failure;
        }
        return old + 1;
    }

    private static void pause(int attempt) {
        long most = Math.min(PAUSE_NANOS_MAX, PAUSE_NANOS_MIN << Math.min(attempt, 20));
        // Chance only spreads the rivals in time; no result depends on it.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most) + 1);
    }
}
