package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct fuse_attr}. {@code blksize} is what stat(2) recommends as a buffer; {@code flags}
 * stays 0.
 *
 * <pre>
 *  0 ino u64
 *  8 size u64
 * 16 blocks u64
 * 24 atime i64       32 mtime i64       40 ctime i64
 * 48 atimensec u32   52 mtimensec u32
 * 56 ctimensec u32   60 mode u32
 * 64 nlink u32       68 uid u32
 * 72 gid u32         76 rdev u32
 * 80 blksize u32     84 flags u32
 * </pre>
 */
public record Attr(MemorySegment bytes) {
    public static final int SIZE = 88;

    public Attr {
        Wire.require(bytes, SIZE);
    }

    public void putSize(long ino, long size, long blocks) {
        Wire.putLong(bytes, 0, ino);
        Wire.putLong(bytes, 8, size);
        Wire.putLong(bytes, 16, blocks);
    }

    public void putTimes(long atimeNanos, long mtimeNanos, long ctimeNanos) {
        Wire.putTime(bytes, 24, 48, atimeNanos);
        Wire.putTime(bytes, 32, 52, mtimeNanos);
        Wire.putTime(bytes, 40, 56, ctimeNanos);
    }

    public void putOwner(int mode, int nlink, int uid, int gid) {
        Wire.putInt(bytes, 60, mode);
        Wire.putInt(bytes, 64, nlink);
        Wire.putInt(bytes, 68, uid);
        Wire.putInt(bytes, 72, gid);
    }

    /** Writes the rest of the struct, {@code flags} as 0. */
    public void putDevice(int rdev, int blockSize) {
        Wire.putInt(bytes, 76, rdev);
        Wire.putInt(bytes, 80, blockSize);
        Wire.putInt(bytes, 84, 0);
    }
}
