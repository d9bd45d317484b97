package io.forebay.metadata.kv;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one transaction: first the {@link #cleared} ranges, then the {@link #changes} of
 * single keys. Its transaction's own until the commit, and not changed after it.
 */
public final class Writes {
    private final TreeMap<byte[], Change> changes = new TreeMap<>(Arrays::compareUnsigned);
    private final KeyRanges cleared = new KeyRanges();

    public NavigableMap<byte[], Change> changes() {
        return Collections.unmodifiableNavigableMap(changes);
    }

    public KeyRanges cleared() {
        return cleared;
    }

    boolean isEmpty() {
        return changes.isEmpty() && cleared.isEmpty();
    }

    void set(byte[] key, byte[] value) {
        changes.put(key, new Change.Set(value));
    }

    void clear(byte[] key) {
        changes.put(key, Change.Clear.KEY);
    }

    void clearRange(byte[] begin, byte[] end) {
        if (Arrays.compareUnsigned(begin, end) < 0) {
            changes.subMap(begin, end).clear();
            cleared.add(begin, end);
        }
    }

    void add(byte[] key, long delta) {
        Change before = of(key);
        Change after =
                switch (before) {
                    case null -> new Change.Add(delta);
                    case Change.Add(long sum) -> new Change.Add(sum + delta);
                    case Change.Set(byte[] value) -> new Change.Set(sum(value, delta));
                    case Change.Clear clear -> new Change.Set(sum(null, delta));
                };
        changes.put(key, after);
    }

    /** What happens to a key; {@code null} when nothing does. */
    @Nullable Change of(byte[] key) {
        Change change = changes.get(key);
        return change == null && cleared.contains(key) ? Change.Clear.KEY : change;
    }

    /** A little-endian number plus {@code delta}: short values are extended, long ones cut. */
    public static byte[] sum(byte @Nullable [] value, long delta) {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        if (value != null) {
            number.put(0, value, 0, Math.min(value.length, Long.BYTES));
        }
        return number.putLong(0, number.getLong(0) + delta).array();
    }

    /** What happens to one key. */
    public sealed interface Change {
        /** It gets a value. */
        record Set(byte[] value) implements Change {}

        /** It gets {@link Writes#sum} of its value at the commit. */
        record Add(long delta) implements Change {}

        /** It goes. */
        enum Clear implements Change {
            KEY
        }
    }
}
