package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

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
