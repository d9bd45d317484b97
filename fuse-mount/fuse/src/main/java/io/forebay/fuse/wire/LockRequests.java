package io.forebay.fuse.wire;

import java.lang.foreign.MemorySegment;

/** The requests about locks, their answer, and the request that ends the wait for one. */
public final class LockRequests {
    private LockRequests() {}

    /**
     * {@code struct fuse_lk_in}: GETLK, SETLK and SETLKW have it. Bit 0 of the flags: flock(2).
     *
     * <pre>
     *  0 fh u64
     *  8 owner u64
     * 16 lk fuse_file_lock
     * 40 lk_flags u32    44 padding u32
     * </pre>
     */
    public record LockIn(MemorySegment bytes) {
        public static final int SIZE = 48;

        public LockIn {
            Wire.require(bytes, SIZE);
        }

        public long handle() {
            return Wire.longAt(bytes, 0);
        }

        public long owner() {
            return Wire.longAt(bytes, 8);
        }

        public FileLock lock() {
            return new FileLock(bytes.asSlice(16, FileLock.SIZE));
        }

        public boolean flock() {
            return (Wire.intAt(bytes, 40) & 1) != 0;
        }
    }

    /**
     * {@code struct fuse_file_lock}; {@code struct fuse_lk_out} is one. The end is the last byte.
     *
     * <pre>
     *  0 start u64        8 end u64
     * 16 type u32        20 pid u32
     * </pre>
     */
    public record FileLock(MemorySegment bytes) {
        public static final int SIZE = 24;

        public FileLock {
            Wire.require(bytes, SIZE);
        }

        public long start() {
            return Wire.longAt(bytes, 0);
        }

        public long end() {
            return Wire.longAt(bytes, 8);
        }

        /** F_RDLCK, F_WRLCK or F_UNLCK. */
        public int type() {
            return Wire.intAt(bytes, 16);
        }

        public int pid() {
            return Wire.intAt(bytes, 20);
        }

        public void putRange(long start, long end) {
            Wire.putLong(bytes, 0, start);
            Wire.putLong(bytes, 8, end);
        }

        public void putHolder(int type, int pid) {
            Wire.putInt(bytes, 16, type);
            Wire.putInt(bytes, 20, pid);
        }
    }

    /**
     * {@code struct fuse_interrupt_in}.
     *
     * <pre>
     * 0 unique u64
     * </pre>
     */
    public record InterruptIn(MemorySegment bytes) {
        public static final int SIZE = 8;

        public InterruptIn {
            Wire.require(bytes, SIZE);
        }

        /** Of the request whose caller got a signal. */
        public long unique() {
            return Wire.longAt(bytes, 0);
        }
    }
}
