package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about a name in a directory; the name, ended by a zero byte, follows the struct. */
public final class NameRequests {
    private NameRequests() {}

    /**
     * {@code struct fuse_mknod_in}.
     *
     * <pre>
     * 0 mode u32    4 rdev u32
     * 8 umask u32  12 padding u32
     * </pre>
     */
    public record MakeNodeIn(MemorySegment bytes) {
        public static final int SIZE = 16;

        public MakeNodeIn {
            Wire.require(bytes, SIZE);
        }

        public int mode() {
            return Wire.intAt(bytes, 0);
        }

        public int rdev() {
            return Wire.intAt(bytes, 4);
        }

        public int umask() {
            return Wire.intAt(bytes, 8);
        }
    }

    /**
     * {@code struct fuse_mkdir_in}.
     *
     * <pre>
     * 0 mode u32   4 umask u32
     * </pre>
     */
    public record MakeDirectoryIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public MakeDirectoryIn {
            Wire.require(bytes, SIZE);
        }

        public int mode() {
            return Wire.intAt(bytes, 0);
        }

        public int umask() {
            return Wire.intAt(bytes, 4);
        }
    }

    /**
     * {@code struct fuse_link_in}; the header names the directory.
     *
     * <pre>
     * 0 oldnodeid u64
     * </pre>
     */
    public record LinkIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public LinkIn {
            Wire.require(bytes, SIZE);
        }

        public long nodeId() {
            return Wire.longAt(bytes, 0);
        }
    }

    /**
     * {@code struct fuse_rename_in}; two names follow.
     *
     * <pre>
     * 0 newdir u64
     * </pre>
     */
    public record RenameIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public RenameIn {
            Wire.require(bytes, SIZE);
        }

        public long newParent() {
            return Wire.longAt(bytes, 0);
        }
    }

    /**
     * {@code struct fuse_rename2_in}; two names follow.
     *
     * <pre>
     * 0 newdir u64
     * 8 flags u32   12 padding u32
     * </pre>
     */
    public record Rename2In(MemorySegment bytes) {
        public static final int SIZE = 16;

        public Rename2In {
            Wire.require(bytes, SIZE);
        }

        public long newParent() {
            return Wire.longAt(bytes, 0);
        }

        public int flags() {
            return Wire.intAt(bytes, 8);
        }
    }

    /**
     * {@code struct fuse_create_in}.
     *
     * <pre>
     * 0 flags u32    4 mode u32
     * 8 umask u32   12 open_flags u32
     * </pre>
     */
    public record CreateIn(MemorySegment bytes) {
        public static final int SIZE = 16;

        public CreateIn {
            Wire.require(bytes, SIZE);
        }

        public int flags() {
            return Wire.intAt(bytes, 0);
        }

        public int mode() {
            return Wire.intAt(bytes, 4);
        }

        public int umask() {
            return Wire.intAt(bytes, 8);
        }
    }
}
