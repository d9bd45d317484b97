package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct fuse_backing_map} of the device's ioctl(2)s; since 7.40.
 *
 * <pre>
 * 0 fd i32       4 flags u32
 * 8 padding u64
 * </pre>
 */
public record BackingMap(MemorySegment bytes) {
    public static final int SIZE = 16;

    /** {@code _IOW(229, 1, struct fuse_backing_map)}; returns a backing id. */
    public static final long OPEN = 0x4010_E501L;

    /** {@code _IOW(229, 2, uint32_t)}; takes a pointer to a backing id. */
    public static final long CLOSE = 0x4004_E502L;

    public BackingMap {
        Wire.require(bytes, SIZE);
    }

    public void put(int fileDescriptor) {
        Wire.putInt(bytes, 0, fileDescriptor);
        Wire.putInt(bytes, 4, 0);
        Wire.putLong(bytes, 8, 0);
    }
}
