package io.forebay.metadata.kv;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a transaction: reads see the moment of its first read and its own writes, which
 * wait here for the commit. Owned by one thread.
 */
final class BufferedTransaction implements Transaction, AutoCloseable {
    private final Engine engine;
    private final Resolver resolver;
    private final InstantSource clock;
    private final long startMillis;
    private final Writes writes = new Writes();
    private final KeyRanges reads = new KeyRanges();
    private final boolean tracked;
    private final Unchecked unchecked = new Unchecked();
    private Engine.@Nullable Moment moment;
    private long readVersion;
    private long commitVersion;
    private long bytes;
    private boolean closed;

    /** An attempt; {@code tracked} tells whether it notes its reads for the commit. */
    BufferedTransaction(Engine engine, Resolver resolver, InstantSource clock, boolean tracked) {
        this.engine = engine;
        this.resolver = resolver;
        this.clock = clock;
        this.tracked = tracked;
        startMillis = clock.millis();
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        return get(key, tracked);
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
        if (tracked || !writes.isEmpty()) {
            return Transaction.super.getAll(keys);
        }
        keys.forEach(this::checkKey);
        return moment().getAll(keys);
    }

    @Override
    public List<KeyValue> getRange(byte[] begin, byte[] end, int limit, boolean reverse) {
        return getRange(begin, end, limit, reverse, tracked);
    }

    @Override
    public ReadTransaction snapshot() {
        return unchecked;
    }

    @Override
    public void set(byte[] key, byte[] value) {
        checkKey(key);
        if (value.length > TransactionLimits.VALUE_BYTES_MAX) {
            throw new StoreException(StoreException.Kind.TOO_LARGE, "a value is above the limit");
        }
        grow((long) key.length + value.length);
        writes.set(key.clone(), value.clone());
    }

    @Override
    public void clear(byte[] key) {
        checkKey(key);
        grow(key.length);
        writes.clear(key.clone());
    }

    @Override
    public void clearRange(byte[] begin, byte[] end) {
        checkKey(begin);
        checkKey(end);
        grow((long) begin.length + end.length);
        writes.clearRange(begin.clone(), end.clone());
    }

    @Override
    public void add(byte[] key, long delta) {
        checkKey(key);
        grow(key.length + (long) Long.BYTES);
        writes.add(key.clone(), delta);
    }

    /** Gives the moment back. */
    @Override
    public void close() {
        closed = true;
        Engine.Moment open = moment;
        moment = null;
        if (open != null) {
            open.close();
        }
    }

    Writes writes() {
        return writes;
    }

    /** What the transaction read and must find unchanged at its commit. */
    KeyRanges reads() {
        return reads;
    }

    /** The newest commit that all reads have surely seen. */
    long readVersion() {
        return readVersion;
    }

    /** The version of its commit; 0 without one, which is so when it wrote nothing. */
    long commitVersion() {
        return commitVersion;
    }

    void committed(long version) {
        commitVersion = version;
    }

    void checkAge() {
        if (clock.millis() - startMillis > TransactionLimits.AGE_MAX.toMillis()) {
            throw new StoreException(
                    StoreException.Kind.TOO_OLD, "the transaction took longer than the limit");
        }
    }

    private byte @Nullable [] get(byte[] key, boolean checked) {
        checkKey(key);
        Writes.Change change = writes.of(key);
        return switch (change) {
            case Writes.Change.Set(byte[] value) -> value.clone();
            case Writes.Change.Clear clear -> null;
            case Writes.Change.Add(long delta) -> Writes.sum(stored(key, checked), delta);
            case null -> stored(key, checked);
        };
    }

    private byte @Nullable [] stored(byte[] key, boolean checked) {
        if (checked && reads.addKey(key.clone())) {
            grow(key.length);
        }
        return moment().get(key);
    }

    private List<KeyValue> getRange(
            byte[] begin, byte[] end, int limit, boolean reverse, boolean checked) {
        checkKey(begin);
        checkKey(end);
        if (limit <= 0 || Arrays.compareUnsigned(begin, end) >= 0) {
            return List.of();
        }
        Merge merge = new Merge(writes, begin, end, limit, reverse);
        moment().scan(begin, end, reverse, merge);
        List<KeyValue> pairs = merge.finish();
        if (checked) {
            grow((long) begin.length + end.length);
            byte @Nullable [] last = pairs.size() == limit ? pairs.getLast().key() : null;
            byte[] from = last != null && reverse ? last : begin;
            byte[] to = last != null && !reverse ? Tuple.after(last) : end;
            reads.add(from.clone(), to.clone());
        }
        return pairs;
    }

    private Engine.Moment moment() {
        checkAge();
        Engine.Moment open = moment;
        if (open == null) {
            // The version first: a commit in between is seen and counts as a conflict, not missed.
            readVersion = resolver.newest();
            open = engine.moment();
            moment = open;
        }
        return open;
    }

    private void checkKey(byte[] key) {
        if (closed) {
            throw new IllegalStateException("a transaction is used after its end");
        }
        if (key.length > TransactionLimits.KEY_BYTES_MAX) {
            throw new StoreException(StoreException.Kind.TOO_LARGE, "a key is above the limit");
        }
    }

    private void grow(long more) {
        bytes += more;
        if (bytes > TransactionLimits.BYTES_MAX) {
            throw new StoreException(
                    StoreException.Kind.TOO_LARGE, "the transaction is above the limit of bytes");
        }
    }

    /** The same reads, not noted. */
    private final class Unchecked implements ReadTransaction {
        @Override
        public byte @Nullable [] get(byte[] key) {
            return BufferedTransaction.this.get(key, false);
        }

        @Override
        public List<KeyValue> getRange(byte[] begin, byte[] end, int limit, boolean reverse) {
            return BufferedTransaction.this.getRange(begin, end, limit, reverse, false);
        }

        @Override
        public ReadTransaction snapshot() {
            return this;
        }
    }

    /** Lays the transaction's writes over the stored pairs of a range. */
    private static final class Merge implements Engine.Visitor {
        private final int limit;
        private final boolean reverse;
        private final KeyRanges cleared;
        private final Iterator<Map.Entry<byte[], Writes.Change>> changes;
        private final List<KeyValue> pairs = new ArrayList<>();
        private Map.@Nullable Entry<byte[], Writes.Change> change;

        Merge(Writes writes, byte[] begin, byte[] end, int limit, boolean reverse) {
            this.limit = limit;
            this.reverse = reverse;
            cleared = writes.cleared();
            NavigableMap<byte[], Writes.Change> within =
                    writes.changes().subMap(begin, true, end, false);
            changes = (reverse ? within.descendingMap() : within).entrySet().iterator();
            nextChange();
        }

        @Override
        public boolean visit(byte[] key, byte[] value) {
            while (change != null && order(change.getKey(), key) < 0 && pairs.size() < limit) {
                takeChange(null);
            }
            if (pairs.size() < limit) {
                if (change != null && Arrays.equals(change.getKey(), key)) {
                    takeChange(value);
                } else if (cleared.isEmpty() || !cleared.contains(key)) {
                    pairs.add(new KeyValue(key, value));
                }
            }
            return pairs.size() < limit;
        }

        List<KeyValue> finish() {
            while (change != null && pairs.size() < limit) {
                takeChange(null);
            }
            return Collections.unmodifiableList(pairs);
        }

        private void takeChange(byte @Nullable [] stored) {
            Map.Entry<byte[], Writes.Change> taken = Objects.requireNonNull(change);
            byte[] key = taken.getKey();
            switch (taken.getValue()) {
                case Writes.Change.Set(byte[] value) ->
                        pairs.add(new KeyValue(key.clone(), value.clone()));
                case Writes.Change.Add(long delta) ->
                        pairs.add(new KeyValue(key.clone(), Writes.sum(stored, delta)));
                case Writes.Change.Clear clear -> {}
            }
            nextChange();
        }

        private void nextChange() {
            change = changes.hasNext() ? changes.next() : null;
        }

        private int order(byte[] left, byte[] right) {
            int order = Arrays.compareUnsigned(left, right);
            return reverse ? -order : order;
        }
    }
}
