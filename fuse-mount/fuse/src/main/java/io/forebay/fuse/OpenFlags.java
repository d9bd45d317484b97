package io.forebay.fuse;

/** FOPEN_* bits of linux/fuse.h, protocol 7.45. */
public final class OpenFlags {
    public static final int DIRECT_IO = 1;
    public static final int KEEP_CACHE = 1 << 1;
    public static final int NO_FLUSH = 1 << 5;
    public static final int PARALLEL_DIRECT_WRITES = 1 << 6;
    public static final int PASSTHROUGH = 1 << 7;

    private OpenFlags() {}
}
