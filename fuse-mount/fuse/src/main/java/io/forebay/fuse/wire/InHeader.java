package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/**
 * {@code struct fuse_in_header}, at the start of each request. {@code len} counts it too; {@code
 * extlen} counts 8-byte units at the end of the message.
 *
 * <pre>
 *  0 len u32          4 opcode u32
 *  8 unique u64
 * 16 nodeid u64
 * 24 uid u32         28 gid u32
 * 32 pid u32         36 extlen u16   38 padding u16
 * </pre>
 */
public record InHeader(MemorySegment bytes) {
    public static final int SIZE = 40;

    /** Set in {@code unique} of a request that comes a second time; its answer carries it too. */
    public static final long RESENT = 1L << 63;

    public InHeader {
        Wire.require(bytes, SIZE);
    }

    public int length() {
        return Wire.intAt(bytes, 0);
    }

    public int opcode() {
        return Wire.intAt(bytes, 4);
    }

    public long unique() {
        return Wire.longAt(bytes, 8);
    }

    public long nodeId() {
        return Wire.longAt(bytes, 16);
    }

    public int uid() {
        return Wire.intAt(bytes, 24);
    }

    public int gid() {
        return Wire.intAt(bytes, 28);
    }

    public int pid() {
        return Wire.intAt(bytes, 32);
    }

    public int extensionBytes() {
        return Short.toUnsignedInt(Wire.shortAt(bytes, 36)) * 8;
    }
}
