package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;

/**
 * The C library's calls. Each answers its result, or the negated error number as the kernel itself
 * does; none throws for a refusal, and none is repeated here after EINTR.
 *
 * <p>Every segment that is passed must be native memory, alive until the call returns.
 */
final class LibC {
    // SAFETY: the linker only describes calls here; each handle's types are those of its man page.
    private static final Linker LINKER = Linker.nativeLinker();

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    // SAFETY: only names the state that a call saves; no memory is touched.
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    /** Where this thread's calls leave errno; owned by the thread, freed with it. */
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private static final MethodHandle OPEN =
            // SAFETY: open(2) is variadic after its second argument; the mode is one int.
            handle("open", ints(ADDRESS, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle FCNTL =
            // SAFETY: fcntl(2) is variadic after its second argument; ours are ints.
            handle("fcntl", ints(JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            // SAFETY: ioctl(2) is variadic after its second argument; ours is an address.
            handle("ioctl", ints(JAVA_INT, JAVA_LONG, ADDRESS), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = handle("close", ints(JAVA_INT));
    private static final MethodHandle PREAD =
            handle("pread64", longs(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PWRITE =
            handle("pwrite64", longs(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PWRITEV2 =
            handle("pwritev2", longs(JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle STATX =
            handle("statx", ints(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FTRUNCATE = handle("ftruncate64", ints(JAVA_INT, JAVA_LONG));
    private static final MethodHandle FUTIMENS = handle("futimens", ints(JAVA_INT, ADDRESS));
    private static final MethodHandle FSYNC = handle("fsync", ints(JAVA_INT));
    private static final MethodHandle FDATASYNC = handle("fdatasync", ints(JAVA_INT));
    private static final MethodHandle FALLOCATE =
            handle("fallocate64", ints(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle LSEEK =
            handle("lseek64", longs(JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle COPY_FILE_RANGE =
            handle(
                    "copy_file_range",
                    longs(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FCHMOD = handle("fchmod", ints(JAVA_INT, JAVA_INT));
    private static final MethodHandle SETPRIORITY =
            handle("setpriority", ints(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETRLIMIT = handle("getrlimit", ints(JAVA_INT, ADDRESS));
    private static final MethodHandle GETEUID = handle("geteuid", ints());

    private static final MethodHandle SOCKET = handle("socket", ints(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND = handle("bind", ints(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle LISTEN = handle("listen", ints(JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT4 =
            handle("accept4", ints(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle CONNECT =
            handle("connect", ints(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle POLL = handle("poll", ints(ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SHUTDOWN = handle("shutdown", ints(JAVA_INT, JAVA_INT));
    private static final MethodHandle SENDMSG =
            handle("sendmsg", longs(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECVMSG =
            handle("recvmsg", longs(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", ints(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", ints(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    private static final int SHUT_RDWR = 2;

    /** linux/fs.h: appends, whatever the offset says. */
    private static final int RWF_APPEND = 0x10;

    /** One {@code struct iovec} for each thread; owned by the thread, freed with it. */
    private static final ThreadLocal<MemorySegment> VECTOR =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ADDRESS.byteSize() * 2, 8));

    private LibC() {}

    static int open(MemorySegment path, int flags, int mode) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) OPEN.invokeExact(state, path, flags, mode), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Commands with a number as their argument. */
    static int fcntl(int fd, int command, int argument) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FCNTL.invokeExact(state, fd, command, argument), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int ioctl(int fd, long request, MemorySegment argument) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int close(int fd) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long pread(int fd, MemorySegment target, long offset) {
        try {
            MemorySegment state = ERRNO.get();
            long count = (long) PREAD.invokeExact(state, fd, target, target.byteSize(), offset);
            return result(count, state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long pwrite(int fd, MemorySegment source, long offset) {
        try {
            MemorySegment state = ERRNO.get();
            long count = (long) PWRITE.invokeExact(state, fd, source, source.byteSize(), offset);
            return result(count, state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Behind the end of the file, whatever its open flags are. */
    static long append(int fd, MemorySegment source) {
        MemorySegment vector = VECTOR.get();
        // SAFETY: the source is native and reachable from this frame until the call returns.
        vector.set(JAVA_LONG, 0, source.address());
        vector.set(JAVA_LONG, 8, source.byteSize());
        try {
            MemorySegment state = ERRNO.get();
            long count = (long) PWRITEV2.invokeExact(state, fd, vector, 1, 0L, RWF_APPEND);
            return result(count, state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int statx(int fd, MemorySegment path, int flags, int mask, MemorySegment status) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) STATX.invokeExact(state, fd, path, flags, mask, status), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int ftruncate(int fd, long size) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FTRUNCATE.invokeExact(state, fd, size), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /**
     * @param times two of {@code struct timespec}: of access and of modification
     */
    static int futimens(int fd, MemorySegment times) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FUTIMENS.invokeExact(state, fd, times), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fsync(int fd) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FSYNC.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fdatasync(int fd) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FDATASYNC.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fallocate(int fd, int mode, long offset, long length) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FALLOCATE.invokeExact(state, fd, mode, offset, length), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long lseek(int fd, long offset, int whence) {
        try {
            MemorySegment state = ERRNO.get();
            return result((long) LSEEK.invokeExact(state, fd, offset, whence), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /**
     * @param offsets two numbers: where to read and where to write
     */
    static long copyFileRange(int from, int to, MemorySegment offsets, long length) {
        try {
            MemorySegment state = ERRNO.get();
            MemorySegment target = offsets.asSlice(Long.BYTES);
            long count =
                    (long) COPY_FILE_RANGE.invokeExact(state, from, offsets, to, target, length, 0);
            return result(count, state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fchmod(int fd, int mode) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) FCHMOD.invokeExact(state, fd, mode), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Of the calling thread alone, as Linux has it. */
    static int setpriority(int nice) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) SETPRIORITY.invokeExact(state, 0, 0, nice), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /**
     * @param limits two numbers: soft and hard; unlimited is the largest unsigned one
     */
    static int getrlimit(int resource, MemorySegment limits) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) GETRLIMIT.invokeExact(state, resource, limits), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Never refused. The number is unsigned; the largest user ids answer negative. */
    static int geteuid() {
        try {
            return (int) GETEUID.invokeExact(ERRNO.get());
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int socket(int domain, int type, int protocol) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) SOCKET.invokeExact(state, domain, type, protocol), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int bind(int fd, MemorySegment address) {
        try {
            MemorySegment state = ERRNO.get();
            int size = (int) address.byteSize();
            return result((int) BIND.invokeExact(state, fd, address, size), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int listen(int fd, int backlog) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) LISTEN.invokeExact(state, fd, backlog), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int accept4(int fd, int flags) {
        try {
            MemorySegment state = ERRNO.get();
            MemorySegment none = MemorySegment.NULL;
            return result((int) ACCEPT4.invokeExact(state, fd, none, none, flags), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** Looks at one descriptor, and does not wait. */
    static int poll(MemorySegment pollfd) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) POLL.invokeExact(state, pollfd, 1L, 0), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int connect(int fd, MemorySegment address) {
        try {
            MemorySegment state = ERRNO.get();
            int size = (int) address.byteSize();
            return result((int) CONNECT.invokeExact(state, fd, address, size), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    /** shutdown(2) of both directions: wakes every thread that waits in the socket. */
    static void hangUp(int fd) {
        try {
            int _ = (int) SHUTDOWN.invokeExact(ERRNO.get(), fd, SHUT_RDWR);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long sendmsg(int fd, MemorySegment message, int flags) {
        try {
            MemorySegment state = ERRNO.get();
            return result((long) SENDMSG.invokeExact(state, fd, message, flags), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long recvmsg(int fd, MemorySegment message, int flags) {
        try {
            MemorySegment state = ERRNO.get();
            return result((long) RECVMSG.invokeExact(state, fd, message, flags), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment size) {
        try {
            MemorySegment state = ERRNO.get();
            return result((int) GETSOCKOPT.invokeExact(state, fd, level, name, value, size), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int setsockopt(int fd, int level, int name, MemorySegment value) {
        try {
            MemorySegment state = ERRNO.get();
            int size = (int) value.byteSize();
            return result((int) SETSOCKOPT.invokeExact(state, fd, level, name, value, size), state);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    private static int result(int value, MemorySegment state) {
        return value < 0 ? -state.get(JAVA_INT, ERRNO_OFFSET) : value;
    }

    private static long result(long value, MemorySegment state) {
        return value < 0 ? -state.get(JAVA_INT, ERRNO_OFFSET) : value;
    }

    /** A call that did not reach the C library at all: a bug of this class or of its caller. */
    private static AssertionError broken(Throwable cause) {
        return new AssertionError("native call could not be made", cause);
    }

    private static FunctionDescriptor ints(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_INT, arguments);
    }

    private static FunctionDescriptor longs(MemoryLayout... arguments) {
        return FunctionDescriptor.of(JAVA_LONG, arguments);
    }

    @SuppressWarnings("restricted") // this module is one of the few that may call native code
    private static MethodHandle handle(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = CAPTURE;
        MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
        // SAFETY: address and descriptor belong to the same documented function of glibc.
        return LINKER.downcallHandle(address, descriptor, all);
    }
}
