package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about an open file or directory. */
public final class FileRequests {
    private FileRequests() {}

    /**
     * {@code struct fuse_open_in}; OPENDIR has it too. Bit 0 of {@code open_flags}
     * (FUSE_OPEN_KILL_SUIDGID): an open that truncates takes the set-id bits.
     *
     * <pre>
     * 0 flags u32   4 open_flags u32
     * </pre>
     */
    public record OpenIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public OpenIn {
            Wire.require(bytes, SIZE);
        }

        public int flags() {
            return Wire.intAt(bytes, 0);
        }

        public boolean killsSetId() {
            return (Wire.intAt(bytes, 4) & 1) != 0;
        }
    }

    /**
     * {@code struct fuse_read_in}; READDIR and READDIRPLUS have it too.
     *
     * <pre>
     *  0 fh u64
     *  8 offset u64
     * 16 size u32        20 read_flags u32
     * 24 lock_owner u64
     * 32 flags u32       36 padding u32
     * </pre>
     */
    public record ReadIn(MemorySegment bytes) {
        public static final int SIZE = 40;

        public ReadIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long offset() {
            return Wire.longAt(bytes, 8);
        }

        public int size() {
            return Wire.intAt(bytes, 16);
        }
    }

    /**
     * {@code struct fuse_write_in}; {@code size} bytes of data follow.
     *
     * <pre>
     *  0 fh u64
     *  8 offset u64
     * 16 size u32        20 write_flags u32
     * 24 lock_owner u64
     * 32 flags u32       36 padding u32
     * </pre>
     */
    public record WriteIn(MemorySegment bytes) {
        public static final int SIZE = 40;

        /** FUSE_WRITE_CACHE. */
        private static final int CACHE = 1;

        /** FUSE_WRITE_KILL_SUIDGID. */
        private static final int KILL_SUIDGID = 1 << 2;

        /** A bit of O_SYNC as well; of the open, or of this write (RWF_DSYNC). */
        private static final int O_DSYNC = 010000;

        public WriteIn {
            Wire.require(bytes, SIZE);
            long size = Integer.toUnsignedLong(Wire.intAt(bytes, 16));
            Wire.require(bytes, SIZE + size);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long offset() {
            return Wire.longAt(bytes, 8);
        }

        public boolean killsSetId() {
            return (Wire.intAt(bytes, 20) & KILL_SUIDGID) != 0;
        }

        /** Whether a mapping stored it, so that it stands where it is to stand. */
        public boolean mapped() {
            return (Wire.intAt(bytes, 20) & CACHE) != 0;
        }

        public boolean durable() {
            return (Wire.intAt(bytes, 32) & O_DSYNC) != 0;
        }

        public MemorySegment data() {
            return bytes.asSlice(SIZE, Integer.toUnsignedLong(Wire.intAt(bytes, 16)));
        }
    }

    /**
     * {@code struct fuse_flush_in}.
     *
     * <pre>
     *  0 fh u64
     *  8 unused u32   12 padding u32
     * 16 lock_owner u64
     * </pre>
     */
    public record FlushIn(MemorySegment bytes) {
        public static final int SIZE = 24;

        public FlushIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long lockOwner() {
            return Wire.longAt(bytes, 16);
        }
    }

    /**
     * {@code struct fuse_release_in}; RELEASEDIR has it too. Bit 1 of the release flags: the owner
     * may hold a flock(2).
     *
     * <pre>
     *  0 fh u64
     *  8 flags u32    12 release_flags u32
     * 16 lock_owner u64
     * </pre>
     */
    public record ReleaseIn(MemorySegment bytes) {
        public static final int SIZE = 24;

        public ReleaseIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public int flags() {
            return Wire.intAt(bytes, 8);
        }

        public boolean unlocks() {
            return (Wire.intAt(bytes, 12) & 2) != 0;
        }

        public long lockOwner() {
            return Wire.longAt(bytes, 16);
        }
    }

    /**
     * {@code struct fuse_fsync_in}; FSYNCDIR has it too. Bit 0 of the flags: data only.
     *
     * <pre>
     * 0 fh u64
     * 8 fsync_flags u32   12 padding u32
     * </pre>
     */
    public record FsyncIn(MemorySegment bytes) {
        public static final int SIZE = 16;

        public FsyncIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public boolean dataOnly() {
            return (Wire.intAt(bytes, 8) & 1) != 0;
        }
    }
}
