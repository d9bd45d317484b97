package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The answers about a node. */
public final class NodeReplies {
    private NodeReplies() {}

    /**
     * {@code struct fuse_entry_out}. A node id of 0 says that there is no such name.
     *
     * <pre>
     *  0 nodeid u64
     *  8 generation u64
     * 16 entry_valid u64
     * 24 attr_valid u64
     * 32 entry_valid_nsec u32   36 attr_valid_nsec u32
     * 40 attr (88 bytes)
     * </pre>
     */
    public record EntryOut(MemorySegment bytes) {
        public static final int SIZE = 40 + Attr.SIZE;

        public EntryOut {
            Wire.require(bytes, SIZE);
        }

        public void clear() {
            bytes.asSlice(0, SIZE).fill((byte) 0);
        }

        public void put(long nodeId, long generation) {
            Wire.putLong(bytes, 0, nodeId);
            Wire.putLong(bytes, 8, generation);
        }

        public void putTimeouts(long entryNanos, long attributeNanos) {
            Wire.putTimeout(bytes, 16, 32, entryNanos);
            Wire.putTimeout(bytes, 24, 36, attributeNanos);
        }

        public Attr attr() {
            return new Attr(bytes.asSlice(40, Attr.SIZE));
        }
    }

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

    /**
     * {@code struct fuse_statx_out}, its {@code struct fuse_statx} from 32 on. What has no value
     * here is 0; {@code mask} says what counts.
     *
     * <pre>
     *   0 attr_valid u64
     *   8 attr_valid_nsec u32   12 flags u32
     *  16 spare u64[2]
     *  32 mask u32              36 blksize u32
     *  40 attributes u64
     *  48 nlink u32             52 uid u32
     *  56 gid u32               60 mode u16       62 spare0 u16
     *  64 ino u64               72 size u64
     *  80 blocks u64            88 attributes_mask u64
     *  96 atime    112 btime    128 ctime    144 mtime
     *       (each: tv_sec i64, tv_nsec u32, reserved i32)
     * 160 rdev_major u32       164 rdev_minor u32
     * 168 dev_major u32        172 dev_minor u32
     * 176 spare2 u64[14]
     * </pre>
     */
    public record StatxOut(MemorySegment bytes) {
        public static final int SIZE = 288;

        /** STATX_BASIC_STATS and STATX_BTIME (linux/stat.h). */
        private static final int MASK = 0xFFF;

        public StatxOut {
            Wire.require(bytes, SIZE);
            bytes.asSlice(0, SIZE).fill((byte) 0);
            Wire.putInt(bytes, 32, MASK);
        }

        public void putTimeout(long nanos) {
            Wire.putTimeout(bytes, 0, 8, nanos);
        }

        public void putSize(long ino, long size, long blocks, int blockSize) {
            Wire.putInt(bytes, 36, blockSize);
            Wire.putLong(bytes, 64, ino);
            Wire.putLong(bytes, 72, size);
            Wire.putLong(bytes, 80, blocks);
        }

        public void putOwner(int mode, int nlink, int uid, int gid) {
            Wire.putInt(bytes, 48, nlink);
            Wire.putInt(bytes, 52, uid);
            Wire.putInt(bytes, 56, gid);
            Wire.putShort(bytes, 60, mode);
        }

        public void putTimes(long atimeNanos, long mtimeNanos, long ctimeNanos) {
            Wire.putTime(bytes, 96, 104, atimeNanos);
            Wire.putTime(bytes, 128, 136, ctimeNanos);
            Wire.putTime(bytes, 144, 152, mtimeNanos);
        }

        public void putBirth(long nanos) {
            Wire.putTime(bytes, 112, 120, nanos);
        }

        /**
         * @param rdev as {@code new_encode_dev} of linux/kdev_t.h packs it
         */
        public void putDevice(int rdev) {
            Wire.putInt(bytes, 160, (rdev & 0xFFF00) >>> 8);
            Wire.putInt(bytes, 164, (rdev & 0xFF) | ((rdev >>> 12) & 0xFFF00));
        }
    }
}
