package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about extended attributes, and the answer that says how long one is. */
public final class XattrRequests {
    private XattrRequests() {}

    /**
     * {@code struct fuse_setxattr_in}; the name, ended by a zero byte, and the value follow. The
     * second half is there where {@link InitFlags#SETXATTR_EXT} was agreed on.
     *
     * <pre>
     * 0 size u32               4 flags u32
     * 8 setxattr_flags u32    12 padding u32
     * </pre>
     */
    public record SetXattrIn(MemorySegment bytes) {
        public static final int SIZE = 16;

        /** {@code FUSE_COMPAT_SETXATTR_IN_SIZE}. */
        public static final int SHORT_SIZE = 8;

        /** {@code FUSE_SETXATTR_ACL_KILL_SGID}. */
        private static final int KILL_SGID = 1;

        public SetXattrIn {
            Wire.require(bytes, SHORT_SIZE);
        }

        /** Of the value. */
        public int size() {
            return Wire.intAt(bytes, 0);
        }

        /** XATTR_CREATE (1) or XATTR_REPLACE (2). */
        public int flags() {
            return Wire.intAt(bytes, 4);
        }

        /** Whether the group's bit for setgid goes, once a list says who may do what. */
        public boolean killsSetGid() {
            return (Wire.intAt(bytes, 8) & KILL_SGID) != 0;
        }
    }

    /**
     * {@code struct fuse_getxattr_in}; LISTXATTR has it too. A size of 0 asks how long the answer
     * is.
     *
     * <pre>
     * 0 size u32   4 padding u32
     * </pre>
     */
    public record GetXattrIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public GetXattrIn {
            Wire.require(bytes, SIZE);
        }

        public int size() {
            return Wire.intAt(bytes, 0);
        }
    }

    /**
     * {@code struct fuse_getxattr_out}.
     *
     * <pre>
     * 0 size u32   4 padding u32
     * </pre>
     */
    public record GetXattrOut(MemorySegment bytes) {
        public static final int SIZE = 8;

        public GetXattrOut {
            Wire.require(bytes, SIZE);
        }

        public void put(int size) {
            Wire.putInt(bytes, 0, size);
            Wire.putInt(bytes, 4, 0);
        }
    }
}
