package io.forebay.e2e.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@link PathOperation}s as system calls. */
final class PathCalls {
    static final int HERE = -100;
    static final int NO_FOLLOW = 0x100;
    static final int NO_ACCESS_TIME =
            PathOperation.Flag.bits(List.of(PathOperation.Flag.NOATIME)) | 0x800;
    private static final int FOLLOW = 0x400;
    private static final int REMOVE_DIRECTORY = 0x200;
    private static final int NON_BLOCKING = 0x800;
    private static final int VALUE_MAX = 4096;
    private static final long BILLION = 1_000_000_000;
    private static final long UTIME_NOW = (1 << 30) - 1;
    private static final long UTIME_OMIT = (1 << 30) - 2;

    private final Side side;

    PathCalls(Side side) {
        this.side = side;
    }

    Outcome perform(int mount, int user, PathOperation operation) {
        return switch (operation) {
            case PathOperation.Open open -> open(mount, open);
            case PathOperation.Status(String path, boolean follow) -> status(mount, path, follow);
            case PathOperation.ListDirectory(String path) -> list(at(mount, path));
            case PathOperation.ReadLink(String path) ->
                    filled("readlink", VALUE_MAX, at(mount, path));
            case PathOperation.GetAttribute(String path, String name, int limit) ->
                    filled("lgetxattr", limit, at(mount, path), name);
            case PathOperation.ListAttributes(String path) ->
                    user == 0
                            ? attributeNames(at(mount, path))
                            : butTrusted(attributeNames(at(mount, path)));
            case PathOperation.SetAttribute set -> setAttribute(at(mount, set.path()), set);
            case PathOperation.SetTimes set -> setTimes(at(mount, set.path()), set);
            default -> Outcome.of(simple(mount, operation));
        };
    }

    private String at(int mount, String path) {
        return side.path(mount, path);
    }

    /** Those of which only the result counts. */
    private int simple(int mount, PathOperation operation) {
        return switch (operation) {
            case PathOperation.Truncate(String path, long size) ->
                    Calls.call("truncate64", at(mount, path), size);
            case PathOperation.Rename(String from, String to, PathOperation.Replace how) ->
                    Calls.call("renameat2", HERE, at(mount, from), HERE, at(mount, to), how.bits);
            case PathOperation.Link(String from, String to, boolean follow) ->
                    Calls.call(
                            "linkat",
                            HERE,
                            at(mount, from),
                            HERE,
                            at(mount, to),
                            follow ? FOLLOW : 0);
            case PathOperation.Unlink(String path) ->
                    Calls.call("unlinkat", HERE, at(mount, path), 0);
            case PathOperation.RemoveDirectory(String path) ->
                    Calls.call("unlinkat", HERE, at(mount, path), REMOVE_DIRECTORY);
            case PathOperation.MakeDirectory(String path, PathOperation.Octal mode) ->
                    Calls.call("mkdir", at(mount, path), mode.bits());
            case PathOperation.MakeFifo(String path, PathOperation.Octal mode) ->
                    Calls.call("mkfifo", at(mount, path), mode.bits());
            case PathOperation.Symlink(String target, String path) ->
                    Calls.call("symlink", target, at(mount, path));
            case PathOperation.ChangeMode(String path, PathOperation.Octal mode) ->
                    Calls.call("chmod", at(mount, path), mode.bits());
            case PathOperation.ChangeOwner(String path, int user, int group, boolean follow) ->
                    Calls.call(
                            "fchownat", HERE, at(mount, path), user, group, follow ? 0 : NO_FOLLOW);
            case PathOperation.Access(String path, int mode) ->
                    Calls.call("access", at(mount, path), mode);
            case PathOperation.RemoveAttribute(String path, String name) ->
                    Calls.call("lremovexattr", at(mount, path), name);
            default -> throw new IllegalArgumentException(operation.toString());
        };
    }

    /** Never waits for the other end of a fifo, and does not keep one: each mount has its own. */
    private Outcome open(int mount, PathOperation.Open open) {
        int closed = side.put(open.slot(), Handle.NONE);
        int flags = PathOperation.Flag.bits(open.flags()) | NON_BLOCKING;
        int descriptor = Calls.call("open", at(mount, open.path()), flags, open.mode().bits());
        if (descriptor < 0) {
            return Outcome.of(descriptor, List.of("closed " + closed));
        }
        Handle handle = Handle.of(descriptor, mount, open.flags());
        Attributes attributes = handle.attributes();
        List<String> facts = new ArrayList<>(side.facts(mount, attributes));
        facts.add("closed " + closed);
        side.put(open.slot(), handle);
        if (attributes.isFifo()) {
            side.put(open.slot(), Handle.NONE);
        }
        return Outcome.of(0, facts);
    }

    private Outcome status(int mount, String path, boolean follow) {
        Attributes.Answer answer = Attributes.of(HERE, at(mount, path), follow ? 0 : NO_FOLLOW);
        return answer.result() < 0
                ? Outcome.of(answer.result())
                : Outcome.of(0, side.facts(mount, answer.attributes()));
    }

    private static Outcome list(String path) {
        int flags = PathOperation.Flag.bits(List.of(PathOperation.Flag.DIRECTORY));
        int descriptor = Calls.call("open", path, flags);
        if (descriptor < 0) {
            return Outcome.of(descriptor);
        }
        Outcome names = Listing.names(descriptor);
        Calls.call("close", descriptor);
        return names;
    }

    /** Of a function whose last arguments are a buffer and its size. */
    static Outcome filled(String function, int limit, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, limit));
            List<Object> all = new ArrayList<>(List.of(arguments));
            all.add(buffer);
            all.add((long) limit);
            long result = Calls.size(function, all.toArray());
            long count = Math.clamp(result, 0, limit);
            return Outcome.read(result, buffer.asSlice(0, count).toArray(JAVA_BYTE));
        }
    }

    static Outcome attributeNames(String path) {
        Outcome all = filled("llistxattr", VALUE_MAX, path);
        String names = StandardCharsets.UTF_8.decode(all.bytes()).toString();
        return Outcome.of(
                all.result(),
                names.isEmpty()
                        ? List.of()
                        : List.of(names.split("\0")).stream().sorted().toList());
    }

    /**
     * A thread that acts for a user keeps root's right to see these names, which the local file
     * system asks for and a mount cannot.
     */
    private static Outcome butTrusted(Outcome names) {
        return Outcome.of(
                Math.min(0, names.result()),
                names.facts().stream().filter(name -> !name.startsWith("trusted.")).toList());
    }

    private static Outcome setAttribute(String path, PathOperation.SetAttribute set) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = Fill.of(arena, set.count(), set.fill());
            long count = set.count();
            int flags = set.only().bits;
            return Outcome.of(Calls.call("lsetxattr", path, set.name(), value, count, flags));
        }
    }

    private static Outcome setTimes(String path, PathOperation.SetTimes set) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(4 * Long.BYTES, Long.BYTES);
            put(times, 0, set.access());
            put(times, 2, set.modification());
            int flags = set.follow() ? 0 : NO_FOLLOW;
            return Outcome.of(Calls.call("utimensat", HERE, path, times, flags));
        }
    }

    private static void put(MemorySegment times, int index, long nanos) {
        if (nanos == PathOperation.SetTimes.NOW) {
            times.setAtIndex(JAVA_LONG, index + 1, UTIME_NOW);
        } else if (nanos == PathOperation.SetTimes.OMIT) {
            times.setAtIndex(JAVA_LONG, index + 1, UTIME_OMIT);
        } else {
            times.setAtIndex(JAVA_LONG, index, nanos / BILLION);
            times.setAtIndex(JAVA_LONG, index + 1, nanos % BILLION);
        }
    }
}
