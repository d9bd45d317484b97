package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about a node without a name. */
public final class NodeRequests {
    private NodeRequests() {}

    /**
     * {@code struct fuse_forget_in}.
     *
     * <pre>
     * 0 nlookup u64
     * </pre>
     */
    public record ForgetIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public ForgetIn {
            Wire.require(bytes, SIZE);
        }

        public long lookups() {
            return Wire.longAt(bytes, 0);
        }
    }

    /**
     * {@code struct fuse_batch_forget_in} and the {@code struct fuse_forget_one}s that follow it.
     *
     * <pre>
     * 0 count u32   4 dummy u32
     * 8 + 16 n      nodeid u64
     * 16 + 16 n     nlookup u64
     * </pre>
     */
    public record BatchForgetIn(MemorySegment bytes) {
        public static final int SIZE = 8;
        public static final int ONE_SIZE = 16;

        public BatchForgetIn {
            Wire.require(bytes, SIZE);
            long count = Integer.toUnsignedLong(Wire.intAt(bytes, 0));
            Wire.require(bytes, SIZE + count * ONE_SIZE);
        }

        public int count() {
            return Wire.intAt(bytes, 0);
        }

        public long nodeId(int index) {
            return Wire.longAt(bytes, SIZE + (long) index * ONE_SIZE);
        }

        public long lookups(int index) {
            return Wire.longAt(bytes, SIZE + (long) index * ONE_SIZE + 8);
        }
    }

    /**
     * {@code struct fuse_getattr_in}. {@code fh} counts if bit 0 of the flags is set.
     *
     * <pre>
     * 0 getattr_flags u32   4 dummy u32
     * 8 fh u64
     * </pre>
     */
    public record GetAttrIn(MemorySegment bytes) {
        public static final int SIZE = 16;

        public GetAttrIn {
            Wire.require(bytes, SIZE);
        }

        public boolean hasHandle() {
            return (Wire.intAt(bytes, 0) & 1) != 0;
        }

        public long handle() {
            return Wire.longAt(bytes, 8);
        }
    }

    /**
     * {@code struct fuse_statx_in}; since 7.39. {@code fh} counts if bit 0 of the flags is set.
     *
     * <pre>
     *  0 getattr_flags u32    4 reserved u32
     *  8 fh u64
     * 16 sx_flags u32        20 sx_mask u32
     * </pre>
     */
    public record StatxIn(MemorySegment bytes) {
        public static final int SIZE = 24;

        public StatxIn {
            Wire.require(bytes, SIZE);
        }

        public boolean hasHandle() {
            return (Wire.intAt(bytes, 0) & 1) != 0;
        }

        public long handle() {
            return Wire.longAt(bytes, 8);
        }
    }

    /**
     * {@code struct fuse_ioctl_in}; {@code in_size} bytes follow, {@code out_size} are wanted. The
     * commands are those about the flags of chattr(1), which linux/fs.h has in two forms.
     *
     * <pre>
     *  0 fh u64
     *  8 flags u32        12 cmd u32
     * 16 arg u64
     * 24 in_size u32      28 out_size u32
     * </pre>
     */
    public record IoctlIn(MemorySegment bytes) {
        public static final int SIZE = 32;

        /** {@code _IOR('f', 1, long)}. */
        public static final int GET_FLAGS = 0x80086601;

        /** {@code _IOW('f', 2, long)}. */
        public static final int SET_FLAGS = 0x40086602;

        /** {@code _IOR('X', 31, struct fsxattr)}. */
        public static final int GET_EXTENDED = 0x801C581F;

        /** {@code _IOW('X', 32, struct fsxattr)}. */
        public static final int SET_EXTENDED = 0x401C5820;

        public IoctlIn {
            Wire.require(bytes, SIZE);
            Wire.require(bytes, SIZE + Integer.toUnsignedLong(Wire.intAt(bytes, 24)));
        }

        public int command() {
            return Wire.intAt(bytes, 12);
        }

        public MemorySegment data() {
            return bytes.asSlice(SIZE, Integer.toUnsignedLong(Wire.intAt(bytes, 24)));
        }

        public int answerBytes() {
            return Wire.intAt(bytes, 28);
        }
    }

    /**
     * {@code struct fuse_ioctl_out}; what was asked for follows.
     *
     * <pre>
     * 0 result i32    4 flags u32
     * 8 in_iovs u32  12 out_iovs u32
     * </pre>
     */
    public record IoctlOut(MemorySegment bytes) {
        public static final int SIZE = 16;

        public IoctlOut {
            Wire.require(bytes, SIZE);
        }

        /**
         * Success.
         *
         * @return where what was asked for goes, all zeros
         */
        public MemorySegment put(int answerBytes) {
            bytes.asSlice(0, SIZE + (long) answerBytes).fill((byte) 0);
            return bytes.asSlice(SIZE, answerBytes);
        }
    }

    /** The flags as a number, of which four bytes are used. */
    public record PlainFlags(MemorySegment bytes) {
        public PlainFlags {
            Wire.require(bytes, Integer.BYTES);
        }

        public int flags() {
            return Wire.intAt(bytes, 0);
        }

        public void put(int flags) {
            Wire.putInt(bytes, 0, flags);
        }
    }

    /**
     * {@code struct fsxattr}, whose flags have other numbers.
     *
     * <pre>
     *  0 fsx_xflags u32
     *  4 fsx_extsize u32    8 fsx_nextents u32
     * 12 fsx_projid u32    16 fsx_cowextsize u32
     * 20 fsx_pad u8[8]
     * </pre>
     */
    public record ExtendedFlags(MemorySegment bytes) {
        public static final int SIZE = 28;

        public ExtendedFlags {
            Wire.require(bytes, SIZE);
        }

        /** Whether it is about nothing but flags that the other form has as well. */
        public boolean isPlain() {
            int own = Wire.intAt(bytes, 0);
            return own == own(flags())
                    && Wire.intAt(bytes, 4) == 0
                    && Wire.intAt(bytes, 12) == 0
                    && Wire.intAt(bytes, 16) == 0;
        }

        /** With the numbers of the other form. */
        public int flags() {
            int own = Wire.intAt(bytes, 0);
            int flags = 0;
            for (Flag flag : Flag.values()) {
                flags |= (own & flag.extended) == 0 ? 0 : flag.plain;
            }
            return flags;
        }

        public void put(int flags) {
            Wire.putInt(bytes, 0, own(flags));
        }

        private static int own(int flags) {
            int own = 0;
            for (Flag flag : Flag.values()) {
                own |= (flags & flag.plain) == 0 ? 0 : flag.extended;
            }
            return own;
        }
    }

    /** What both forms have: FS_*_FL, and FS_XFLAG_*. */
    private enum Flag {
        SYNC(0x8, 0x20),
        IMMUTABLE(0x10, 0x8),
        APPEND(0x20, 0x10),
        NODUMP(0x40, 0x80),
        NOATIME(0x80, 0x40);

        private final int plain;
        private final int extended;

        Flag(int plain, int extended) {
            this.plain = plain;
            this.extended = extended;
        }
    }
}
