package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** INIT, the first request of a connection, and its answer. */
public final class Init {
    private Init() {}

    /**
     * {@code struct fuse_init_in}; kernels before 7.36 end it behind {@code flags}.
     *
     * <pre>
     *  0 major u32        4 minor u32
     *  8 max_readahead u32   12 flags u32
     * 16 flags2 u32      20 unused u32[11]
     * </pre>
     */
    public record InitIn(MemorySegment bytes) {
        public static final int SIZE = 64;
        public static final int SIZE_MIN = 16;

        public InitIn {
            Wire.require(bytes, SIZE_MIN);
        }

        public int major() {
            return Wire.intAt(bytes, 0);
        }

        public int minor() {
            return Wire.intAt(bytes, 4);
        }

        public int maxReadAhead() {
            return Wire.intAt(bytes, 8);
        }

        /** All 64 capability bits that the kernel offers. */
        public long flags() {
            long flags = Integer.toUnsignedLong(Wire.intAt(bytes, 12));
            if ((flags & InitFlags.INIT_EXT) != 0 && bytes.byteSize() >= SIZE) {
                flags |= (long) Wire.intAt(bytes, 16) << Integer.SIZE;
            }
            return flags;
        }
    }

    /**
     * {@code struct fuse_init_out}.
     *
     * <pre>
     *  0 major u32            4 minor u32
     *  8 max_readahead u32   12 flags u32
     * 16 max_background u16  18 congestion_threshold u16
     * 20 max_write u32       24 time_gran u32
     * 28 max_pages u16       30 map_alignment u16
     * 32 flags2 u32          36 max_stack_depth u32
     * 40 request_timeout u16 42 unused u16[11]
     * </pre>
     */
    public record InitOut(MemorySegment bytes) {
        public static final int SIZE = 64;

        public InitOut {
            Wire.require(bytes, SIZE);
        }

        /** The rest stays 0: no map alignment, no request timeout. */
        public void put(Values values) {
            bytes.asSlice(0, SIZE).fill((byte) 0);
            Wire.putInt(bytes, 0, values.major());
            Wire.putInt(bytes, 4, values.minor());
            Wire.putInt(bytes, 8, values.maxReadAhead());
            Wire.putInt(bytes, 12, (int) values.flags());
            Wire.putShort(bytes, 16, values.maxBackground());
            Wire.putShort(bytes, 18, values.congestionThreshold());
            Wire.putInt(bytes, 20, values.maxWrite());
            Wire.putInt(bytes, 24, values.timeGranularityNanos());
            Wire.putShort(bytes, 28, values.maxPages());
            Wire.putInt(bytes, 32, (int) (values.flags() >>> Integer.SIZE));
            Wire.putInt(bytes, 36, values.maxStackDepth());
        }

        /**
         * @param maxBackground requests that the kernel sends without a caller that waits
         *     (read-ahead, asynchronous I/O), at most, and from how many on it calls the device
         *     congested
         * @param maxPages of one request
         * @param maxStackDepth 1 where a backing file may be used, else 0
         */
        public record Values(
                int major,
                int minor,
                int maxReadAhead,
                long flags,
                int maxBackground,
                int congestionThreshold,
                int maxWrite,
                int timeGranularityNanos,
                int maxPages,
                int maxStackDepth) {}
    }
}
