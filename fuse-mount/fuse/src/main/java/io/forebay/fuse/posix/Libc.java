package io.forebay.fuse.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Functions of the C library, by the signatures that glibc and musl give them on x86-64 and
 * AArch64. Each returns its result, or the negative errno.
 */
final class Libc {
    // SAFETY: only looks the platform's own linker up; each use of it says why it is right.
    private static final Linker LINKER = Linker.nativeLinker();
    // SAFETY: a layout of the linker's; nothing is called.
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** Each thread's own copy of errno: written by its calls, read right after. */
    private static final ThreadLocal<MemorySegment> ERRNO_OF_THREAD =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private static final MethodHandle OPEN = variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle READ =
            function("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITE =
            function("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle WRITEV =
            function("writev", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle IOCTL =
            variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle MOUNT =
            function("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle UMOUNT2 = function("umount2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle MEMFD_CREATE =
            function("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle GETUID = function("getuid", JAVA_INT);
    private static final MethodHandle GETGID = function("getgid", JAVA_INT);
    private static final MethodHandle GETPAGESIZE = function("getpagesize", JAVA_INT);
    private static final MethodHandle SOCKETPAIR =
            function("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle RECVMSG =
            function("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle PIPE2 = function("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle WAITPID =
            function("waitpid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle SPAWN =
            function("posix_spawn", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ACTIONS_INIT =
            function("posix_spawn_file_actions_init", JAVA_INT, ADDRESS);
    private static final MethodHandle ACTIONS_DUP2 =
            function("posix_spawn_file_actions_adddup2", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle ACTIONS_DESTROY =
            function("posix_spawn_file_actions_destroy", JAVA_INT, ADDRESS);

    private static final MethodHandle MMAP =
            function("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = function("munmap", JAVA_INT, ADDRESS, JAVA_LONG);

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    private Libc() {}

    static int open(MemorySegment path, int flags) {
        return callInt(OPEN, path, flags);
    }

    static int close(int descriptor) {
        try {
            MemorySegment state = ERRNO_OF_THREAD.get();
            return (int) result((int) CLOSE.invokeExact(state, descriptor), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static long read(int descriptor, MemorySegment buffer) {
        try {
            MemorySegment state = ERRNO_OF_THREAD.get();
            return result(
                    (long) READ.invokeExact(state, descriptor, buffer, buffer.byteSize()), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static long write(int descriptor, MemorySegment buffer) {
        try {
            MemorySegment state = ERRNO_OF_THREAD.get();
            return result(
                    (long) WRITE.invokeExact(state, descriptor, buffer, buffer.byteSize()), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /**
     * @param vectors struct iovec[]
     */
    static long writeVectors(int descriptor, MemorySegment vectors, int count) {
        try {
            MemorySegment state = ERRNO_OF_THREAD.get();
            return result((long) WRITEV.invokeExact(state, descriptor, vectors, count), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int ioctl(int descriptor, long request, MemorySegment argument) {
        try {
            MemorySegment state = ERRNO_OF_THREAD.get();
            return (int)
                    result((int) IOCTL.invokeExact(state, descriptor, request, argument), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int mount(
            MemorySegment source,
            MemorySegment target,
            MemorySegment type,
            long flags,
            MemorySegment options) {
        return callInt(MOUNT, source, target, type, flags, options);
    }

    static int unmount(MemorySegment target, int flags) {
        return callInt(UMOUNT2, target, flags);
    }

    static int memoryFile(MemorySegment name, int flags) {
        return callInt(MEMFD_CREATE, name, flags);
    }

    static int userId() {
        return callInt(GETUID);
    }

    static int groupId() {
        return callInt(GETGID);
    }

    static int pageBytes() {
        return callInt(GETPAGESIZE);
    }

    static int socketPair(int domain, int type, MemorySegment descriptors) {
        return callInt(SOCKETPAIR, domain, type, 0, descriptors);
    }

    static long receiveMessage(int descriptor, MemorySegment message, int flags) {
        try {
            MemorySegment state = ERRNO_OF_THREAD.get();
            return result((long) RECVMSG.invokeExact(state, descriptor, message, flags), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static int pipe(MemorySegment descriptors, int flags) {
        return callInt(PIPE2, descriptors, flags);
    }

    static int waitForProcess(int process, MemorySegment status) {
        return callInt(WAITPID, process, status, 0);
    }

    /** Returns 0, or the errno as a positive number: these functions do not set errno. */
    static int spawn(
            MemorySegment process,
            MemorySegment path,
            MemorySegment actions,
            MemorySegment arguments,
            MemorySegment environment) {
        return callInt(SPAWN, process, path, actions, MemorySegment.NULL, arguments, environment);
    }

    static int initActions(MemorySegment actions) {
        return callInt(ACTIONS_INIT, actions);
    }

    static int addDuplicate(MemorySegment actions, int from, int to) {
        return callInt(ACTIONS_DUP2, actions, from, to);
    }

    static int destroyActions(MemorySegment actions) {
        return callInt(ACTIONS_DESTROY, actions);
    }

    /** Memory that nobody else has; the address -1 where there is none. */
    static MemorySegment mapMemory(long bytes) {
        try {
            return (MemorySegment)
                    MMAP.invokeExact(
                            ERRNO_OF_THREAD.get(),
                            MemorySegment.NULL,
                            bytes,
                            PROT_READ_WRITE,
                            MAP_PRIVATE_ANONYMOUS,
                            -1,
                            0L);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    static void unmapMemory(MemorySegment memory, long bytes) {
        callInt(MUNMAP, memory, bytes);
    }

    /** For calls that are rare enough to box their arguments. */
    private static int callInt(MethodHandle function, Object... arguments) {
        Object[] all = new Object[arguments.length + 1];
        MemorySegment state = ERRNO_OF_THREAD.get();
        all[0] = state;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        try {
            return (int) result((int) function.invokeWithArguments(all), state);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    private static long result(long returned, MemorySegment state) {
        return returned == -1 ? -(int) ERRNO.get(state, 0L) : returned;
    }

    private static RuntimeException unexpected(Throwable failure) {
        switch (failure) {
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        }
    }

    private static MethodHandle function(
            String name, MemoryLayout returned, MemoryLayout... arguments) {
        // SAFETY: the callers name the C library's own functions with their C signatures.
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return handle(name, FunctionDescriptor.of(returned, arguments), errno);
    }

    private static MethodHandle variadic(
            String name, int fixed, MemoryLayout returned, MemoryLayout... arguments) {
        // SAFETY: as above; the fixed arguments are counted as the C prototype does.
        Linker.Option variadic = Linker.Option.firstVariadicArg(fixed);
        // SAFETY: as above.
        Linker.Option errno = Linker.Option.captureCallState("errno");
        return handle(name, FunctionDescriptor.of(returned, arguments), errno, variadic);
    }

    @SuppressWarnings("restricted") // native access is what this class is for
    private static MethodHandle handle(
            // SAFETY: options of a call; the descriptor is the C prototype.
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, options);
    }
}
