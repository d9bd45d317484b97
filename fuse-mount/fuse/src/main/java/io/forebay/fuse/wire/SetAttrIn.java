package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct fuse_setattr_in}. {@code valid} says which fields count (FATTR_*).
 *
 * <pre>
 *  0 valid u32         4 padding u32
 *  8 fh u64
 * 16 size u64
 * 24 lock_owner u64
 * 32 atime i64        40 mtime i64        48 ctime i64
 * 56 atimensec u32    60 mtimensec u32
 * 64 ctimensec u32    68 mode u32
 * 72 unused4 u32      76 uid u32
 * 80 gid u32          84 unused5 u32
 * </pre>
 */
public record SetAttrIn(MemorySegment bytes) {
    public static final int SIZE = 88;
    public static final int MODE = 1;
    public static final int UID = 1 << 1;
    public static final int GID = 1 << 2;
    public static final int SIZE_CHANGE = 1 << 3;
    public static final int ATIME = 1 << 4;
    public static final int MTIME = 1 << 5;
    public static final int HANDLE = 1 << 6;
    public static final int ATIME_NOW = 1 << 7;
    public static final int MTIME_NOW = 1 << 8;
    public static final int KILL_SUIDGID = 1 << 11;

    public SetAttrIn {
        Wire.require(bytes, SIZE);
    }

    public int valid() {
        return Wire.intAt(bytes, 0);
    }

    public boolean has(int bit) {
        return (valid() & bit) != 0;
    }

    public long handle() {
        return Wire.longAt(bytes, 8);
    }

    public long size() {
        return Wire.longAt(bytes, 16);
    }

    public long atimeNanos() {
        return Wire.time(Wire.longAt(bytes, 32), Wire.intAt(bytes, 56));
    }

    public long mtimeNanos() {
        return Wire.time(Wire.longAt(bytes, 40), Wire.intAt(bytes, 60));
    }

    public int mode() {
        return Wire.intAt(bytes, 68);
    }

    public int uid() {
        return Wire.intAt(bytes, 76);
    }

    public int gid() {
        return Wire.intAt(bytes, 80);
    }
}
