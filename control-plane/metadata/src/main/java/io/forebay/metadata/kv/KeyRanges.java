package io.forebay.metadata.kv;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A set of keys, held as disjoint ranges. A transaction's own: one thread at a time. */
public final class KeyRanges {
    private final TreeMap<byte[], byte[]> endOfBegin = new TreeMap<>(Arrays::compareUnsigned);

    /** Adds one key; answers whether it is new. */
    boolean addKey(byte[] key) {
        boolean added = !contains(key);
        if (added) {
            add(key, Tuple.after(key));
        }
        return added;
    }

    /** Adds {@code begin <= key < end}, and joins what it touches. */
    void add(byte[] begin, byte[] end) {
        if (Arrays.compareUnsigned(begin, end) >= 0) {
            return;
        }
        byte[] first = begin;
        byte[] last = end;
        Map.Entry<byte[], byte[]> before = endOfBegin.floorEntry(begin);
        if (before != null && Arrays.compareUnsigned(before.getValue(), begin) >= 0) {
            first = before.getKey();
        }
        Map.Entry<byte[], byte[]> lastTouched = endOfBegin.floorEntry(end);
        if (lastTouched != null && Arrays.compareUnsigned(lastTouched.getValue(), last) > 0) {
            last = lastTouched.getValue();
        }
        endOfBegin.subMap(first, true, end, true).clear();
        endOfBegin.put(first, last);
    }

    public boolean isEmpty() {
        return endOfBegin.isEmpty();
    }

    public boolean contains(byte[] key) {
        Map.Entry<byte[], byte[]> before = endOfBegin.floorEntry(key);
        return before != null && Arrays.compareUnsigned(key, before.getValue()) < 0;
    }

    /** Whether some key with {@code begin <= key < end} is in the set. */
    boolean intersects(byte[] begin, byte[] end) {
        byte @Nullable [] next = endOfBegin.ceilingKey(begin);
        return contains(begin) || (next != null && Arrays.compareUnsigned(next, end) < 0);
    }

    /** The ranges: from each begin to its end. */
    public NavigableMap<byte[], byte[]> ranges() {
        return Collections.unmodifiableNavigableMap(endOfBegin);
    }
}
