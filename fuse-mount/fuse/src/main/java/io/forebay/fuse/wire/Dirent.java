package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct fuse_dirent}, filled up with zeros to a multiple of 8. In a READDIRPLUS answer an
 * {@link NodeReplies.EntryOut} stands before each.
 *
 * <pre>
 *  0 ino u64
 *  8 off u64
 * 16 namelen u32   20 type u32
 * 24 name
 * </pre>
 */
public record Dirent(MemorySegment bytes) {
    public static final int HEADER_SIZE = 24;

    public Dirent {
        Wire.require(bytes, HEADER_SIZE);
    }

    /** With the name and what fills it up. */
    public static int size(int nameBytes) {
        return (HEADER_SIZE + nameBytes + 7) & ~7;
    }

    /**
     * @param mode of the node; its type bits become the entry's type
     */
    public void put(long ino, long nextOffset, int mode, byte[] name) {
        int size = size(name.length);
        Wire.require(bytes, size);
        Wire.putLong(bytes, size - 8L, 0);
        Wire.putLong(bytes, 0, ino);
        Wire.putLong(bytes, 8, nextOffset);
        Wire.putInt(bytes, 16, name.length);
        Wire.putInt(bytes, 20, (mode >>> 12) & 0xF);
        MemorySegment.copy(MemorySegment.ofArray(name), 0, bytes, HEADER_SIZE, name.length);
    }
}
