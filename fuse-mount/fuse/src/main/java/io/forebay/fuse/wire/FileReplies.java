package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The small answers about files and the file system. */
public final class FileReplies {
    private FileReplies() {}

    /**
     * {@code struct fuse_open_out}.
     *
     * <pre>
     * 0 fh u64
     * 8 open_flags u32   12 backing_id i32
     * </pre>
     */
    public record OpenOut(MemorySegment bytes) {
        public static final int SIZE = 16;

        public OpenOut {
            Wire.require(bytes, SIZE);
        }

        public void put(long handle, int flags, int backingId) {
            Wire.putLong(bytes, 0, handle);
            Wire.putInt(bytes, 8, flags);
            Wire.putInt(bytes, 12, backingId);
        }
    }

    /**
     * {@code struct fuse_write_out}.
     *
     * <pre>
     * 0 size u32   4 padding u32
     * </pre>
     */
    public record WriteOut(MemorySegment bytes) {
        public static final int SIZE = 8;

        public WriteOut {
            Wire.require(bytes, SIZE);
        }

        public void put(int size) {
            Wire.putInt(bytes, 0, size);
            Wire.putInt(bytes, 4, 0);
        }
    }

    /**
     * {@code struct fuse_statfs_out}.
     *
     * <pre>
     *  0 blocks u64
     *  8 bfree u64
     * 16 bavail u64
     * 24 files u64
     * 32 ffree u64
     * 40 bsize u32     44 namelen u32
     * 48 frsize u32    52 padding u32
     * 56 spare u32[6]
     * </pre>
     */
    public record StatFsOut(MemorySegment bytes) {
        public static final int SIZE = 80;

        public StatFsOut {
            Wire.require(bytes, SIZE);
            bytes.asSlice(0, SIZE).fill((byte) 0);
        }

        public void putBlocks(int size, long count, long free) {
            Wire.putLong(bytes, 0, count);
            Wire.putLong(bytes, 8, free);
            Wire.putLong(bytes, 16, free);
            Wire.putInt(bytes, 40, size);
            Wire.putInt(bytes, 48, size);
        }

        public void putFiles(long count, long free, int nameBytesMax) {
            Wire.putLong(bytes, 24, count);
            Wire.putLong(bytes, 32, free);
            Wire.putInt(bytes, 44, nameBytesMax);
        }
    }
}
