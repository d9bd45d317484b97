package io.forebay.metadata.kv.rocks;

import io.forebay.metadata.kv.Engine;
import io.forebay.metadata.kv.StoreException;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.kv.Writes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as an engine. Native objects must not be used after the database is closed: each call
 * into it holds the gate for reading, and {@link #close} takes it for writing.
 */
final class RocksEngine implements Engine {
    /** A cleared range with more keys becomes one range deletion, which slows down later reads. */
    static final int RANGE_DELETES_MAX = 256;

    /** A scan that passes more deleted keys before its first pair notes the gap. */
    static final int SKIPS_MAX = 64;

    private final RocksOptions options;
    private final RocksDB database;
    private final FrontGaps gaps = new FrontGaps();
    private final WriteOptions unsynced = new WriteOptions();
    private final ReadOptions newest = new ReadOptions();
    // Used by the one thread that applies.
    private final WriteBatch batch = new WriteBatch();
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    // Guarded by gate.
    private boolean closed;

    private RocksEngine(RocksOptions options, RocksDB database) {
        this.options = options;
        this.database = database;
    }

    static RocksEngine open(Path directory) throws RocksDBException {
        RocksOptions options = new RocksOptions();
        try {
            return new RocksEngine(options, RocksDB.open(options.options(), directory.toString()));
        } catch (RocksDBException e) {
            options.close();
            throw e;
        }
    }

    @Override
    public Moment moment() {
        Lock lock = enter();
        try {
            long commits = gaps.finished();
            return new RocksMoment(database.getSnapshot(), commits);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void apply(Writes writes) {
        Lock lock = enter();
        try {
            batch.clear();
            for (Map.Entry<byte[], byte[]> range : writes.cleared().ranges().entrySet()) {
                deleteRange(range.getKey(), range.getValue());
            }
            for (Map.Entry<byte[], Writes.Change> change : writes.changes().entrySet()) {
                write(change.getKey(), change.getValue());
            }
            gaps.start(writes.changes());
            try {
                database.write(unsynced, batch);
            } finally {
                gaps.finish();
            }
        } catch (RocksDBException e) {
            throw failure(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sync() {
        Lock lock = enter();
        try {
            database.flushWal(true);
        } catch (RocksDBException e) {
            throw failure(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        Lock lock = gate.writeLock();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            batch.close();
            newest.close();
            unsynced.close();
            database.close();
            options.close();
        } finally {
            lock.unlock();
        }
    }

    static boolean isDamage(RocksDBException e) {
        Status status = e.getStatus();
        Status.Code code = status == null ? Status.Code.Undefined : status.getCode();
        return code == Status.Code.Corruption
                || code == Status.Code.InvalidArgument
                || String.valueOf(e.getMessage()).contains("No such file or directory");
    }

    /** RocksDB then refuses writes, and goes on by itself when there is room again. */
    static boolean isFullDisk(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getSubCode() == Status.SubCode.NoSpace;
    }

    private void write(byte[] key, Writes.Change change) throws RocksDBException {
        switch (change) {
            case Writes.Change.Set(byte[] value) -> batch.put(key, value);
            case Writes.Change.Clear clear -> batch.delete(key);
            case Writes.Change.Add(long delta) ->
                    batch.put(key, Writes.sum(database.get(newest, key), delta));
        }
    }

    private void deleteRange(byte[] begin, byte[] end) throws RocksDBException {
        int deletes = 0;
        try (Bounds bounds = new Bounds(newest, begin, end);
                RocksIterator iterator = database.newIterator(bounds.options)) {
            for (iterator.seek(begin); iterator.isValid(); iterator.next()) {
                byte[] key = iterator.key();
                if (++deletes > RANGE_DELETES_MAX) {
                    batch.deleteRange(key, end);
                    return;
                }
                batch.delete(key);
            }
            iterator.status();
        }
    }

    private Lock enter() {
        Lock lock = gate.readLock();
        lock.lock();
        if (closed) {
            lock.unlock();
            throw new StoreException(StoreException.Kind.UNAVAILABLE, "the store is closed");
        }
        return lock;
    }

    private static StoreException failure(RocksDBException e) {
        if (isFullDisk(e)) {
            return new StoreException(
                    StoreException.Kind.NO_SPACE,
                    "the metadata's disk is full: free some space on it, at least 64 MiB",
                    e);
        }
        return isDamage(e)
                ? new StoreException(
                        StoreException.Kind.CORRUPT,
                        "the metadata's files are damaged: restore a backup, or start anew; what"
                                + " is in the bucket stays there",
                        e)
                : new StoreException(
                        StoreException.Kind.UNAVAILABLE,
                        "the metadata's disk refused: check its free space and its health; the"
                                + " outcome of a commit is unknown until the next start",
                        e);
    }

    private final class RocksMoment implements Moment {
        private final Snapshot snapshot;
        private final long commits;
        private final ReadOptions at = new ReadOptions();

        RocksMoment(Snapshot snapshot, long commits) {
            this.snapshot = snapshot;
            this.commits = commits;
            at.setSnapshot(snapshot);
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            Lock lock = enter();
            try {
                return database.get(at, key);
            } catch (RocksDBException e) {
                throw failure(e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public List<byte @Nullable []> getAll(List<byte[]> keys) {
            Lock lock = enter();
            try {
                List<byte @Nullable []> values = new ArrayList<>(keys.size());
                if (keys.isEmpty()) {
                    return values;
                }
                values.addAll(database.multiGetAsList(at, keys));
                return values;
            } catch (RocksDBException e) {
                throw failure(e);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void scan(byte[] begin, byte[] end, boolean reverse, Visitor visitor) {
            Lock lock = enter();
            try {
                if (reverse) {
                    scanBackward(begin, end, visitor);
                } else {
                    scanForward(begin, end, visitor);
                }
            } catch (RocksDBException e) {
                throw failure(e);
            } finally {
                lock.unlock();
            }
        }

        private void scanBackward(byte[] begin, byte[] end, Visitor visitor)
                throws RocksDBException {
            try (Bounds bounds = new Bounds(at, begin, end);
                    RocksIterator iterator = database.newIterator(bounds.options)) {
                iterator.seekToLast();
                while (iterator.isValid() && visitor.visit(iterator.key(), iterator.value())) {
                    iterator.prev();
                }
                iterator.status();
            }
        }

        private void scanForward(byte[] begin, byte[] end, Visitor visitor)
                throws RocksDBException {
            byte[] first = gaps.first(begin, commits);
            if (Arrays.compareUnsigned(first, end) >= 0) {
                return;
            }
            try (Bounds bounds = new Bounds(at, first, end)) {
                bounds.options.setMaxSkippableInternalKeys(SKIPS_MAX);
                byte @Nullable [] last = null;
                try (RocksIterator iterator = database.newIterator(bounds.options)) {
                    for (iterator.seek(first); iterator.isValid(); iterator.next()) {
                        last = iterator.key();
                        if (!visitor.visit(last, iterator.value())) {
                            return;
                        }
                    }
                    if (isComplete(iterator)) {
                        return;
                    }
                }
                bounds.options.setMaxSkippableInternalKeys(0);
                boolean front = last == null && gaps.expect(begin, commits);
                try (RocksIterator iterator = database.newIterator(bounds.options)) {
                    iterator.seek(last == null ? first : Tuple.after(last));
                    iterator.status();
                    if (front) {
                        gaps.found(begin, iterator.isValid() ? iterator.key() : end, commits);
                    }
                    while (iterator.isValid() && visitor.visit(iterator.key(), iterator.value())) {
                        iterator.next();
                    }
                    iterator.status();
                }
            }
        }

        /** Whether a scan ended with its range, and not before too many deleted keys. */
        private boolean isComplete(RocksIterator iterator) throws RocksDBException {
            try {
                iterator.status();
                return true;
            } catch (RocksDBException e) {
                if (e.getStatus() != null && e.getStatus().getCode() == Status.Code.Incomplete) {
                    return false;
                }
                throw e;
            }
        }

        @Override
        public void close() {
            Lock lock = gate.readLock();
            lock.lock();
            try {
                at.close();
                if (!closed) {
                    database.releaseSnapshot(snapshot);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Read options with bounds, which keep a scan from deleted keys outside of its range. */
    private static final class Bounds implements AutoCloseable {
        private final Slice lower;
        private final Slice upper;
        final ReadOptions options;

        Bounds(ReadOptions from, byte[] begin, byte[] end) {
            lower = new Slice(begin);
            upper = new Slice(end);
            options = new ReadOptions(from);
            options.setIterateLowerBound(lower).setIterateUpperBound(upper);
        }

        @Override
        public void close() {
            options.close();
            upper.close();
            lower.close();
        }
    }
}
