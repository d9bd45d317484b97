package io.forebay.metadata.kv;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads of one moment of the store, and of what this transaction wrote. */
public interface ReadTransaction {
    byte @Nullable [] get(byte[] key);

    /** As so many {@link #get}s, in the order of the keys; one that is absent is null. */
    default List<byte @Nullable []> getAll(List<byte[]> keys) {
        List<byte @Nullable []> values = new ArrayList<>(keys.size());
        keys.forEach(key -> values.add(get(key)));
        return values;
    }

    /**
     * The first {@code limit} pairs with {@code begin <= key < end}, in the order of their keys
     * (unsigned bytes); from the end backwards with {@code reverse}.
     */
    List<KeyValue> getRange(byte[] begin, byte[] end, int limit, boolean reverse);

    default List<KeyValue> getRange(byte[] begin, byte[] end, int limit) {
        return getRange(begin, end, limit, false);
    }

    /** The same reads without a conflict: what they saw may have changed by the commit. */
    ReadTransaction snapshot();
}
