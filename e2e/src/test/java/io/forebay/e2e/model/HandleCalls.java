package io.forebay.e2e.model;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** {@link HandleOperation}s as system calls. */
final class HandleCalls {
    private static final int EBADF = -9;
    private static final int EXDEV = -18;
    private static final int PAGE = 4096;
    private static final int FOLLOW = 0x400;
    private static final int NO_WAITING = 4;
    private static final int GET_LOCK = 36;
    private static final int SET_LOCK = 37;
    private static final int NO_LOCK = 2;
    private static final int READ_ONLY = 1;
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int SYNCHRONOUS = 4;

    private final Side side;

    HandleCalls(Side side) {
        this.side = side;
    }

    Outcome perform(HandleOperation operation) {
        Handle handle = side.handle(operation.slot());
        if (handle.descriptor() < 0) {
            return Outcome.of(EBADF);
        }
        return switch (operation) {
            case HandleOperation.Write write -> write(handle, write);
            case HandleOperation.WriteAt write -> writeAt(handle, write);
            case HandleOperation.Read read -> read(handle, read.count());
            case HandleOperation.ReadAt read -> readAt(handle, read);
            case HandleOperation.MapWrite map -> mapWrite(handle, map);
            case HandleOperation.MapRead map -> mapRead(handle, map);
            case HandleOperation.HandleStatus _ -> Outcome.of(0, handle.attributes().facts());
            case HandleOperation.ListHandle _ -> list(handle);
            case HandleOperation.TestRange test -> testRange(handle, test);
            default -> Outcome.of(simple(handle, operation));
        };
    }

    /** From the start, and back to it: other places are the file system's own affair. */
    private static Outcome list(Handle handle) {
        Calls.size("lseek64", handle.descriptor(), 0L, 0);
        Outcome names = Listing.names(handle.descriptor());
        Calls.size("lseek64", handle.descriptor(), 0L, 0);
        return names;
    }

    /** Those of which only the result counts. */
    private long simple(Handle handle, HandleOperation operation) {
        int descriptor = handle.descriptor();
        return switch (operation) {
            case HandleOperation.Close(int slot) -> side.put(slot, Handle.NONE);
            case HandleOperation.Duplicate(int slot, int to) -> duplicate(handle, slot, to);
            case HandleOperation.Seek seek -> seek(handle, seek);
            case HandleOperation.Resize(_, long size) ->
                    Calls.call("ftruncate64", descriptor, handle.fitting(size));
            case HandleOperation.Allocate(_, HandleOperation.Mode mode, long at, long length) ->
                    Calls.call("fallocate64", descriptor, mode.bits, at, length);
            case HandleOperation.CopyRange copy -> copyRange(handle, copy);
            case HandleOperation.Sync(_, boolean dataOnly) ->
                    Calls.call(dataOnly ? "fdatasync" : "fsync", descriptor);
            case HandleOperation.SyncFileSystem _ -> Calls.call("syncfs", descriptor);
            case HandleOperation.HandleMode(_, PathOperation.Octal mode) ->
                    Calls.call("fchmod", descriptor, mode.bits());
            case HandleOperation.LinkHandle(_, String to) ->
                    Calls.call(
                            "linkat",
                            PathCalls.HERE,
                            "/proc/self/fd/" + descriptor,
                            PathCalls.HERE,
                            side.path(handle.mount(), to),
                            FOLLOW);
            case HandleOperation.Lock(_, HandleOperation.Kind kind) ->
                    Calls.call("flock", descriptor, kind.flock | NO_WAITING);
            case HandleOperation.LockRange(_, HandleOperation.Kind kind, long at, long length) -> {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment lock = range(arena, kind, at, length);
                    yield Calls.call("fcntl64", descriptor, SET_LOCK, lock);
                }
            }
            default -> throw new IllegalArgumentException(operation.toString());
        };
    }

    /** A place in a directory is a number that only its file system understands. */
    private static long seek(Handle handle, HandleOperation.Seek seek) {
        return handle.attributes().isDirectory()
                ? 0
                : Calls.size(
                        "lseek64",
                        handle.descriptor(),
                        handle.fitting(seek.offset()),
                        seek.whence().bits);
    }

    private long duplicate(Handle handle, int slot, int to) {
        if (slot == to) {
            return 0;
        }
        int made = Calls.call("dup", handle.descriptor());
        return made < 0 ? made : side.put(to, handle.duplicate(made));
    }

    private static Outcome write(Handle handle, HandleOperation.Write write) {
        if (!handle.fitsHere()) {
            return Outcome.of(0);
        }
        try (Arena arena = Arena.ofConfined()) {
            int count = handle.fitting(write.count());
            MemorySegment bytes = Fill.of(arena, count, write.fill());
            return Outcome.of(Calls.size("write", handle.descriptor(), bytes, (long) count));
        }
    }

    private static Outcome writeAt(Handle handle, HandleOperation.WriteAt write) {
        if (!handle.fitsHere()) {
            return Outcome.of(0);
        }
        try (Arena arena = Arena.ofConfined()) {
            int count = handle.fitting(write.count());
            long offset = handle.fitting(write.offset());
            MemorySegment bytes = Fill.of(arena, count, write.fill());
            return Outcome.of(
                    Calls.size("pwrite64", handle.descriptor(), bytes, (long) count, offset));
        }
    }

    private static Outcome read(Handle handle, int wanted) {
        if (!handle.fitsHere()) {
            return Outcome.of(0);
        }
        try (Arena arena = Arena.ofConfined()) {
            int count = handle.fitting(wanted);
            MemorySegment bytes = Fill.space(arena, count);
            long result = Calls.size("read", handle.descriptor(), bytes, (long) count);
            return Outcome.read(result, Fill.copy(bytes, result));
        }
    }

    private static Outcome readAt(Handle handle, HandleOperation.ReadAt read) {
        try (Arena arena = Arena.ofConfined()) {
            int count = handle.fitting(read.count());
            long offset = handle.fitting(read.offset());
            MemorySegment bytes = Fill.space(arena, count);
            long result = Calls.size("pread64", handle.descriptor(), bytes, (long) count, offset);
            return Outcome.read(result, Fill.copy(bytes, result));
        }
    }

    /** Two mounts are two file systems for the kernel, which copies only within one. */
    private long copyRange(Handle handle, HandleOperation.CopyRange copy) {
        Handle to = side.handle(copy.to());
        if (to.descriptor() >= 0 && to.mount() != handle.mount()) {
            return EXDEV;
        }
        try (Arena arena = Arena.ofConfined()) {
            return Calls.size(
                    "copy_file_range",
                    handle.descriptor(),
                    arena.allocateFrom(JAVA_LONG, handle.fitting(copy.offset())),
                    to.descriptor(),
                    arena.allocateFrom(JAVA_LONG, to.fitting(copy.toOffset())),
                    (long) to.fitting(handle.fitting(copy.length())),
                    0);
        }
    }

    private static Outcome mapWrite(Handle handle, HandleOperation.MapWrite map) {
        return mapped(
                handle,
                READ_WRITE,
                map.offset(),
                map.count(),
                memory -> {
                    Fill.put(memory, map.fill());
                    long count = memory.byteSize();
                    return Outcome.of(Calls.call("msync", memory, count, SYNCHRONOUS));
                });
    }

    private static Outcome mapRead(Handle handle, HandleOperation.MapRead map) {
        return mapped(
                handle,
                READ_ONLY,
                map.offset(),
                map.count(),
                memory -> {
                    long count = memory.byteSize();
                    return Outcome.read(count, Fill.copy(memory, count));
                });
    }

    private static Outcome mapped(
            Handle handle,
            int protection,
            long from,
            int wanted,
            Function<MemorySegment, Outcome> use) {
        long offset = from / PAGE * PAGE;
        long count = mappable(handle, offset, wanted);
        if (count <= 0) {
            return Outcome.of(0);
        }
        long address = map(handle, protection, offset, count);
        if (isErrno(address)) {
            return Outcome.of(address);
        }
        MemorySegment memory = memory(address, count);
        Outcome outcome = use.apply(memory);
        Calls.call("munmap", memory, count);
        return outcome;
    }

    private static long map(Handle handle, int protection, long offset, long count) {
        return Calls.size(
                "mmap",
                MemorySegment.NULL,
                count,
                protection,
                MAP_SHARED,
                handle.descriptor(),
                offset);
    }

    /** Behind the end of a file a mapping's bytes cannot be touched. */
    private static long mappable(Handle handle, long offset, int wanted) {
        Attributes attributes = handle.attributes();
        return attributes.isRegular() ? Math.min(wanted, attributes.size() - offset) : 0;
    }

    private static boolean isErrno(long address) {
        return address < 0 && address >= -PAGE;
    }

    @SuppressWarnings("restricted") // what the kernel mapped is memory by its address
    private static MemorySegment memory(long address, long count) {
        // SAFETY: mapped by the caller with this length, and not yet unmapped.
        return MemorySegment.ofAddress(address).reinterpret(count);
    }

    private static MemorySegment range(
            Arena arena, HandleOperation.Kind kind, long offset, long length) {
        MemorySegment lock = arena.allocate(32, 8);
        lock.set(JAVA_SHORT, 0, (short) kind.record);
        lock.set(JAVA_LONG, 8, offset);
        lock.set(JAVA_LONG, 16, length);
        return lock;
    }

    private static Outcome testRange(Handle handle, HandleOperation.TestRange test) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lock = range(arena, test.kind(), test.offset(), test.length());
            int result = Calls.call("fcntl64", handle.descriptor(), GET_LOCK, lock);
            List<String> facts = new ArrayList<>();
            short kind = lock.get(JAVA_SHORT, 0);
            facts.add("lock " + kind);
            if (result == 0 && kind != NO_LOCK) {
                facts.add("from " + lock.get(JAVA_LONG, 8) + " on " + lock.get(JAVA_LONG, 16));
            }
            return Outcome.of(result, facts);
        }
    }
}
