package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about a node without a name. */
public final class NodeRequests {
    private NodeRequests() {}

    /**
     * {@code struct fuse_forget_in}.
     *
     * <pre>
     * 0 nlookup u64
     * </pre>
     */
    public record ForgetIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public ForgetIn {
            Wire.require(bytes, SIZE);
        }

        public long lookups() {
            return Wire.longAt(bytes, 0);
        }
    }

    /**
     * {@code struct fuse_batch_forget_in} and the {@code struct fuse_forget_one}s that follow it.
     *
     * <pre>
     * 0 count u32   4 dummy u32
     * 8 + 16 n      nodeid u64
     * 16 + 16 n     nlookup u64
     * </pre>
     */
    public record BatchForgetIn(MemorySegment bytes) {
        public static final int SIZE = 8;
        public static final int ONE_SIZE = 16;

        public BatchForgetIn {
            Wire.require(bytes, SIZE);
            long count = Integer.toUnsignedLong(Wire.intAt(bytes, 0));
            Wire.require(bytes, SIZE + count * ONE_SIZE);
        }

        public int count() {
            return Wire.intAt(bytes, 0);
        }

        public long nodeId(int index) {
            return Wire.longAt(bytes, SIZE + (long) index * ONE_SIZE);
        }

        public long lookups(int index) {
            return Wire.longAt(bytes, SIZE + (long) index * ONE_SIZE + 8);
        }
    }

    /**
     * {@code struct fuse_getattr_in}. {@code fh} counts if bit 0 of the flags is set.
     *
     * <pre>
     * 0 getattr_flags u32   4 dummy u32
     * 8 fh u64
     * </pre>
     */
    public record GetAttrIn(MemorySegment bytes) {
        public static final int SIZE = 16;

        public GetAttrIn {
            Wire.require(bytes, SIZE);
        }

        public boolean hasHandle() {
            return (Wire.intAt(bytes, 0) & 1) != 0;
        }

        public long handle() {
            return Wire.longAt(bytes, 8);
        }
    }

    /**
     * {@code struct fuse_statx_in}; since 7.39. {@code fh} counts if bit 0 of the flags is set.
     *
     * <pre>
     *  0 getattr_flags u32    4 reserved u32
     *  8 fh u64
     * 16 sx_flags u32        20 sx_mask u32
     * </pre>
     */
    public record StatxIn(MemorySegment bytes) {
        public static final int SIZE = 24;

        public StatxIn {
            Wire.require(bytes, SIZE);
        }

        public boolean hasHandle() {
            return (Wire.intAt(bytes, 0) & 1) != 0;
        }

        public long handle() {
            return Wire.longAt(bytes, 8);
        }
    }
}
