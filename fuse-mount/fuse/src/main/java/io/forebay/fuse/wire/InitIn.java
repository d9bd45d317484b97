package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

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
