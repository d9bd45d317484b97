package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about a range of an open file, and their answers. */
public final class RangeRequests {
    private RangeRequests() {}

    /**
     * {@code struct fuse_fallocate_in}.
     *
     * <pre>
     *  0 fh u64
     *  8 offset u64
     * 16 length u64
     * 24 mode u32        28 padding u32
     * </pre>
     */
    public record FallocateIn(MemorySegment bytes) {
        public static final int SIZE = 32;

        public FallocateIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long offset() {
            return Wire.longAt(bytes, 8);
        }

        public long length() {
            return Wire.longAt(bytes, 16);
        }

        public int mode() {
            return Wire.intAt(bytes, 24);
        }
    }

    /**
     * {@code struct fuse_lseek_in}.
     *
     * <pre>
     *  0 fh u64
     *  8 offset u64
     * 16 whence u32      20 padding u32
     * </pre>
     */
    public record SeekIn(MemorySegment bytes) {
        public static final int SIZE = 24;

        public SeekIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long offset() {
            return Wire.longAt(bytes, 8);
        }

        public int whence() {
            return Wire.intAt(bytes, 16);
        }
    }

    /**
     * {@code struct fuse_copy_file_range_in}; the header names the node that is read.
     *
     * <pre>
     *  0 fh_in u64        8 off_in u64
     * 16 nodeid_out u64
     * 24 fh_out u64      32 off_out u64
     * 40 len u64         48 flags u64
     * </pre>
     */
    public record CopyRangeIn(MemorySegment bytes) {
        public static final int SIZE = 56;

        public CopyRangeIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long offset() {
            return Wire.longAt(bytes, 8);
        }

        public long targetHandle() {
            return Wire.longAt(bytes, 24);
        }

        public long targetOffset() {
            return Wire.longAt(bytes, 32);
        }

        public long length() {
            return Wire.longAt(bytes, 40);
        }

        public long flags() {
            return Wire.longAt(bytes, 48);
        }
    }

    /**
     * {@code struct fuse_lseek_out} and {@code struct fuse_copy_file_range_out}.
     *
     * <pre>
     * 0 offset u64, or bytes_copied u64
     * </pre>
     */
    public record NumberOut(MemorySegment bytes) {
        public static final int SIZE = 8;

        public NumberOut {
            Wire.require(bytes, SIZE);
        }

        public void put(long number) {
            Wire.putLong(bytes, 0, number);
        }
    }
}
