package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** What is written to the kernel unasked; the code stands in {@link OutHeader}'s error. */
public final class Notifications {
    public static final int INVAL_INODE = 2;
    public static final int INVAL_ENTRY = 3;

    /** A name has gone from a node. Since 7.18. */
    public static final int DELETE = 6;

    /** Asks for the requests that were read and not answered; no body. Since 7.40. */
    public static final int RESEND = 7;

    /** Makes all names that the kernel knows be looked up anew; no body. Since 7.44. */
    public static final int INC_EPOCH = 8;

    private Notifications() {}

    /**
     * {@code struct fuse_notify_inval_inode_out}. An offset of -1: the attributes only; a length of
     * 0: up to the end.
     *
     * <pre>
     *  0 ino u64
     *  8 off i64
     * 16 len i64
     * </pre>
     */
    public record InvalInodeOut(MemorySegment bytes) {
        public static final int SIZE = 24;

        public InvalInodeOut {
            Wire.require(bytes, SIZE);
        }

        public void put(long nodeId, long offset, long length) {
            Wire.putLong(bytes, 0, nodeId);
            Wire.putLong(bytes, 8, offset);
            Wire.putLong(bytes, 16, length);
        }
    }

    /**
     * {@code struct fuse_notify_inval_entry_out} and the name, ended by a zero byte that {@code
     * namelen} does not count.
     *
     * <pre>
     *  0 parent u64
     *  8 namelen u32   12 flags u32 (since 7.38; bit 0: FUSE_EXPIRE_ONLY)
     * 16 name
     * </pre>
     */
    public record InvalEntryOut(MemorySegment bytes) {
        public static final int HEADER_SIZE = 16;

        public InvalEntryOut {
            Wire.require(bytes, HEADER_SIZE);
        }

        public static int size(int nameBytes) {
            return HEADER_SIZE + nameBytes + 1;
        }

        /**
         * @param expire the name stays, and is looked up anew when it is next used
         */
        public void put(long parent, byte[] name, boolean expire) {
            Wire.require(bytes, size(name.length));
            Wire.putLong(bytes, 0, parent);
            Wire.putInt(bytes, 8, name.length);
            Wire.putInt(bytes, 12, expire ? 1 : 0);
            putName(bytes, HEADER_SIZE, name);
        }
    }

    /**
     * {@code struct fuse_notify_delete_out} and the name, as in {@link InvalEntryOut}.
     *
     * <pre>
     *  0 parent u64
     *  8 child u64
     * 16 namelen u32   20 padding u32
     * 24 name
     * </pre>
     */
    public record DeleteOut(MemorySegment bytes) {
        public static final int HEADER_SIZE = 24;

        public DeleteOut {
            Wire.require(bytes, HEADER_SIZE);
        }

        public static int size(int nameBytes) {
            return HEADER_SIZE + nameBytes + 1;
        }

        public void put(long parent, long child, byte[] name) {
            Wire.require(bytes, size(name.length));
            Wire.putLong(bytes, 0, parent);
            Wire.putLong(bytes, 8, child);
            Wire.putInt(bytes, 16, name.length);
            Wire.putInt(bytes, 20, 0);
            putName(bytes, HEADER_SIZE, name);
        }
    }

    private static void putName(MemorySegment bytes, int offset, byte[] name) {
        MemorySegment.copy(MemorySegment.ofArray(name), 0, bytes, offset, name.length);
        bytes.asSlice(offset + (long) name.length, 1).fill((byte) 0);
    }
}
