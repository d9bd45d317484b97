package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The answers that describe a node. */
public final class NodeReplies {
    private NodeReplies() {}

    /**
     * {@code struct fuse_attr_out}.
     *
     * <pre>
     *  0 attr_valid u64
     *  8 attr_valid_nsec u32   12 dummy u32
     * 16 attr (88 bytes)
     * </pre>
     */
    public record AttrOut(MemorySegment bytes) {
        public static final int SIZE = 16 + Attr.SIZE;

        public AttrOut {
            Wire.require(bytes, SIZE);
        }

        public void putTimeout(long nanos) {
            Wire.putTimeout(bytes, 0, 8, nanos);
            Wire.putInt(bytes, 12, 0);
        }

        public Attr attr() {
            return new Attr(bytes.asSlice(16, Attr.SIZE));
        }
    }

    /**
     * {@code struct fuse_entry_out}. A node id of 0 says that there is no such name.
     *
     * <pre>
     *  0 nodeid u64
     *  8 generation u64
     * 16 entry_valid u64
     * 24 attr_valid u64
     * 32 entry_valid_nsec u32   36 attr_valid_nsec u32
     * 40 attr (88 bytes)
     * </pre>
     */
    public record EntryOut(MemorySegment bytes) {
        public static final int SIZE = 40 + Attr.SIZE;

        public EntryOut {
            Wire.require(bytes, SIZE);
        }

        public void clear() {
            bytes.asSlice(0, SIZE).fill((byte) 0);
        }

        public void put(long nodeId, long generation) {
            Wire.putLong(bytes, 0, nodeId);
            Wire.putLong(bytes, 8, generation);
        }

        public void putTimeouts(long entryNanos, long attributeNanos) {
            Wire.putTimeout(bytes, 16, 32, entryNanos);
            Wire.putTimeout(bytes, 24, 36, attributeNanos);
        }

        public Attr attr() {
            return new Attr(bytes.asSlice(40, Attr.SIZE));
        }
    }
}
