package io.forebay.transport.posix;

import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * An open file of the operating system, by its descriptor. Safe for any number of threads; closing
 * it twice, or while calls are in flight, is harmless: those calls finish, later ones fail with
 * STALE.
 *
 * <p>Buffers must be native memory. Reads and writes that the kernel cuts short or interrupts are
 * continued here. Refusals are {@link PosixException}.
 */
public final class NativeFile implements StagedHandle {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_CLOEXEC = 0x80000;

    public static final int SEEK_DATA = 3;
    public static final int SEEK_HOLE = 4;

    /** linux/stat.h: a time stays as it is. */
    private static final long UTIME_OMIT = (1L << 30) - 2;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final int F_SETSIG = 10;
    private static final int F_SETLEASE = 1024;
    private static final int F_RDLCK = 0;
    private static final int F_UNLCK = 2;
    private static final int SIGURG = 23;

    private final Descriptor descriptor;

    private NativeFile(int number) {
        this.descriptor = new Descriptor(number);
    }

    /** open(2), always with O_CLOEXEC. {@code mode} counts when the file is created. */
    public static NativeFile open(Path path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            int result;
            do {
                result = LibC.open(name, flags | O_CLOEXEC, mode);
            } while (result == -PosixException.EINTR);
            return new NativeFile((int) check("open", result));
        }
    }

    /** The same file once more, for reading only, with a description of its own. */
    public NativeFile reopenForReading() {
        int fd = descriptor.acquire();
        try {
            return open(Path.of("/proc/self/fd/" + fd), O_RDONLY, 0);
        } finally {
            descriptor.release();
        }
    }

    /** Takes over an open descriptor; nobody else may close it from now on. */
    public static NativeFile fromDescriptor(int number) {
        return new NativeFile(number);
    }

    @Override
    public long pread(MemorySegment target, long offset) {
        int fd = descriptor.acquire();
        try {
            long done = 0;
            while (done < target.byteSize()) {
                long count = LibC.pread(fd, target.asSlice(done), offset + done);
                if (count == 0 || (count < 0 && count != -PosixException.EINTR && done > 0)) {
                    return done;
                }
                if (count != -PosixException.EINTR) {
                    done += check("pread", count);
                }
            }
            return done;
        } finally {
            descriptor.release();
        }
    }

    @Override
    public long pwrite(MemorySegment source, long offset) {
        int fd = descriptor.acquire();
        try {
            long done = 0;
            while (done < source.byteSize()) {
                long count = LibC.pwrite(fd, source.asSlice(done), offset + done);
                if (count < 0 && count != -PosixException.EINTR && done > 0) {
                    return done;
                }
                if (count != -PosixException.EINTR) {
                    done += check("pwrite", count);
                }
            }
            return done;
        } finally {
            descriptor.release();
        }
    }

    @Override
    public long append(MemorySegment source) {
        int fd = descriptor.acquire();
        try {
            long count;
            do {
                count = LibC.append(fd, source);
            } while (count == -PosixException.EINTR);
            return check("pwritev2", count);
        } finally {
            descriptor.release();
        }
    }

    @Override
    public FileStatus stat() {
        int fd = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            StatxBuffer buffer = StatxBuffer.allocate(arena);
            int flags = StatxBuffer.AT_EMPTY_PATH;
            int mask = StatxBuffer.BASIC_STATS;
            check("statx", LibC.statx(fd, buffer.emptyPath(), flags, mask, buffer.memory()));
            return buffer.status();
        } finally {
            descriptor.release();
        }
    }

    @Override
    public FileStatus setModified(long mtimeNanos) {
        int fd = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times =
                    arena.allocateFrom(
                            ValueLayout.JAVA_LONG,
                            0,
                            UTIME_OMIT,
                            Math.floorDiv(mtimeNanos, NANOS_PER_SECOND),
                            Math.floorMod(mtimeNanos, NANOS_PER_SECOND));
            check("futimens", LibC.futimens(fd, times));
            return stat();
        } finally {
            descriptor.release();
        }
    }

    @Override
    public void truncate(long size) {
        int fd = descriptor.acquire();
        try {
            int result;
            do {
                result = LibC.ftruncate(fd, size);
            } while (result == -PosixException.EINTR);
            check("ftruncate", result);
        } finally {
            descriptor.release();
        }
    }

    @Override
    public void fsync(boolean dataOnly) {
        int fd = descriptor.acquire();
        try {
            check("fsync", dataOnly ? LibC.fdatasync(fd) : LibC.fsync(fd));
        } finally {
            descriptor.release();
        }
    }

    @Override
    public void fallocate(int mode, long offset, long length) {
        int fd = descriptor.acquire();
        try {
            int result;
            do {
                result = LibC.fallocate(fd, mode, offset, length);
            } while (result == -PosixException.EINTR);
            check("fallocate", result);
        } finally {
            descriptor.release();
        }
    }

    @Override
    public long copyTo(StagedHandle target, long offset, long targetOffset, long length) {
        if (!(target instanceof NativeFile other)) {
            throw new PosixException("copy_file_range", PosixException.EXDEV);
        }
        int from = descriptor.acquire();
        try (Arena arena = Arena.ofConfined()) {
            int to = other.descriptor.acquire();
            try {
                MemorySegment offsets =
                        arena.allocateFrom(ValueLayout.JAVA_LONG, offset, targetOffset);
                return check("copy_file_range", copy(from, to, offsets, length));
            } finally {
                other.descriptor.release();
            }
        } finally {
            descriptor.release();
        }
    }

    /** The kernel counts {@code offsets} up. What was copied before an error is answered first. */
    private static long copy(int from, int to, MemorySegment offsets, long length) {
        long done = 0;
        while (done < length) {
            long count = LibC.copyFileRange(from, to, offsets, length - done);
            if (count == 0 || (count < 0 && count != -PosixException.EINTR)) {
                return done > 0 ? done : count;
            }
            done += Math.max(0, count);
        }
        return done;
    }

    @Override
    public long seek(long offset, int whence) {
        int fd = descriptor.acquire();
        try {
            return check("lseek", LibC.lseek(fd, offset, whence));
        } finally {
            descriptor.release();
        }
    }

    /** Writes are in the file when they are answered. */
    @Override
    public void flush() {}

    @Override
    public OptionalInt passable() {
        return OptionalInt.of(descriptor());
    }

    /**
     * Whether somebody can still write: has the file open for it, or mapped, in whatever process.
     * For a file that is open for reading only. A read lease (fcntl(2), F_SETLEASE) is to be had
     * when nobody can, and is given back at once; who opens the file meanwhile waits as long, and
     * the signal that tells us of it is one that is ignored. False where the file system has no
     * leases.
     */
    public boolean isWritable() {
        int fd = descriptor.acquire();
        try {
            int _ = LibC.fcntl(fd, F_SETSIG, SIGURG);
            int taken = LibC.fcntl(fd, F_SETLEASE, F_RDLCK);
            int _ = LibC.fcntl(fd, F_SETLEASE, F_UNLCK);
            return taken == -PosixException.EAGAIN;
        } finally {
            descriptor.release();
        }
    }

    /** The number, for the kernel (passthrough, SCM_RIGHTS). Valid until {@link #close}. */
    public int descriptor() {
        return descriptor.number();
    }

    public boolean isClosed() {
        return descriptor.isClosed();
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static long check(String call, long result) {
        if (result < 0) {
            throw new PosixException(call, (int) -result);
        }
        return result;
    }
}
