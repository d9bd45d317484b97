package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct fuse_out_header}, at the start of each answer. {@code len} counts it too; {@code
 * error} is 0 or a negative errno. In a notification {@code unique} is 0 and {@code error} holds
 * its code.
 *
 * <pre>
 *  0 len u32          4 error i32
 *  8 unique u64
 * </pre>
 */
public record OutHeader(MemorySegment bytes) {
    public static final int SIZE = 16;

    public OutHeader {
        Wire.require(bytes, SIZE);
    }

    public void put(int length, int error, long unique) {
        Wire.putInt(bytes, 0, length);
        Wire.putInt(bytes, 4, error);
        Wire.putLong(bytes, 8, unique);
    }

    public int length() {
        return Wire.intAt(bytes, 0);
    }

    public int error() {
        return Wire.intAt(bytes, 4);
    }

    public long unique() {
        return Wire.longAt(bytes, 8);
    }
}
