package io.forebay.fuse.session;

import io.forebay.fuse.Errno;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.ThisProcess;
import io.forebay.fuse.wire.InHeader;
import io.forebay.fuse.wire.Init.InitIn;
import io.forebay.fuse.wire.Init.InitOut;
import io.forebay.fuse.wire.InitFlags;
import io.forebay.fuse.wire.Opcode;
import io.forebay.fuse.wire.OutHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * INIT, the first request of a connection, and what it settled.
 *
 * @param minor of the protocol that is spoken
 * @param maxPages of one request, in the machine's pages
 */
record Handshake(int minor, long flags, int maxPages) {
    static final int MAJOR = 7;

    /** What this module knows; the kernel may know less or more. */
    static final int MINOR = 45;

    /** Linux 5.4: fuse_init_out has its present size and max_pages. */
    static final int MINOR_MIN = 31;

    static final long WANTED =
            InitFlags.ASYNC_READ
                    | InitFlags.POSIX_LOCKS
                    | InitFlags.ATOMIC_O_TRUNC
                    | InitFlags.EXPORT_SUPPORT
                    | InitFlags.BIG_WRITES
                    | InitFlags.DONT_MASK
                    | InitFlags.FLOCK_LOCKS
                    | InitFlags.AUTO_INVAL_DATA
                    | InitFlags.DO_READDIRPLUS
                    | InitFlags.READDIRPLUS_AUTO
                    | InitFlags.ASYNC_DIO
                    | InitFlags.PARALLEL_DIROPS
                    | InitFlags.POSIX_ACL
                    | InitFlags.MAX_PAGES
                    | InitFlags.HANDLE_KILLPRIV_V2
                    | InitFlags.SETXATTR_EXT
                    | InitFlags.INIT_EXT
                    | InitFlags.HAS_RESEND
                    | InitFlags.DIRECT_IO_ALLOW_MMAP;

    /**
     * Enough read-ahead and asynchronous I/O in flight for an NVMe disk; the kernel's own is 12.
     */
    private static final int BACKGROUND_MAX = 64;

    private static final int CONGESTION = BACKGROUND_MAX * 3 / 4;

    /** The kernel wants a buffer that holds its first, small, max_write. */
    private static final int BUFFER_BYTES = 64 * 1024;

    private static final int TRIES_MAX = 100;

    /**
     * Reads the request and answers it.
     *
     * @throws FuseMountException where this kernel cannot be spoken to
     */
    static Handshake shake(Device device, MountOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, Long.BYTES);
            MemorySegment message = buffer.asSlice(0, receive(device, buffer));
            InHeader header = new InHeader(message);
            if (header.opcode() != Opcode.INIT) {
                throw new FuseMountException("The kernel's first request was not INIT");
            }
            InitIn init = new InitIn(message.asSlice(InHeader.SIZE));
            Handshake result = of(init, options, ThisProcess.pageBytes());
            MemorySegment answer = arena.allocate(OutHeader.SIZE + InitOut.SIZE, Long.BYTES);
            new OutHeader(answer).put((int) answer.byteSize(), 0, header.unique());
            new InitOut(answer.asSlice(OutHeader.SIZE)).put(result.answer(init, options));
            long written = device.write(answer);
            if (written < 0) {
                throw new FuseMountException(
                        "The kernel refused the answer to INIT: errno " + -written);
            }
            return result;
        }
    }

    /** What follows from the kernel's offer. */
    static Handshake of(InitIn init, MountOptions options, int pageBytes) {
        if (init.major() != MAJOR || init.minor() < MINOR_MIN) {
            throw new FuseMountException(
                    "This kernel speaks FUSE "
                            + init.major()
                            + "."
                            + init.minor()
                            + "; Linux 5.4 or newer (FUSE 7.31) is needed");
        }
        long wanted = WANTED | (options.passthrough() ? InitFlags.PASSTHROUGH : 0);
        int pages = Math.ceilDiv(options.maxWriteBytes(), pageBytes);
        return new Handshake(Math.min(init.minor(), MINOR), init.flags() & wanted, pages);
    }

    boolean passthrough() {
        return (flags & InitFlags.PASSTHROUGH) != 0;
    }

    InitOut.Values answer(InitIn init, MountOptions options) {
        return new InitOut.Values(
                MAJOR,
                minor,
                init.maxReadAhead(),
                flags,
                BACKGROUND_MAX,
                CONGESTION,
                options.maxWriteBytes(),
                1,
                maxPages,
                passthrough() ? 1 : 0);
    }

    private static long receive(Device device, MemorySegment buffer) {
        for (int tries = 0; tries < TRIES_MAX; tries++) {
            long read = device.read(buffer);
            if (read >= 0) {
                return read;
            }
            if (read != -Errno.EINTR.number()) {
                throw new FuseMountException("The FUSE device could not be read: errno " + -read);
            }
        }
        throw new FuseMountException("The FUSE device was interrupted too often; mount again");
    }
}
