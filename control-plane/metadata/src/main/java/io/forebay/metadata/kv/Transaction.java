package io.forebay.metadata.kv;

/** Reads and writes that take effect together at commit, or not at all. Owned by one thread. */
public interface Transaction extends ReadTransaction {
    void set(byte[] key, byte[] value);

    void clear(byte[] key);

    /** Clears {@code begin <= key < end}. */
    void clearRange(byte[] begin, byte[] end);

    /** Adds to a little-endian 64-bit number, absent meaning 0, without a read conflict. */
    void add(byte[] key, long delta);
}
