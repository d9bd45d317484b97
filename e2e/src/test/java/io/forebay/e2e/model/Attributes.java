package io.forebay.e2e.model;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What statx(2) says of a node, as far as two file systems must agree. A time that somebody set
 * lies in the distant past and is compared to the nanosecond; each other is only "now".
 */
record Attributes(
        long inode,
        int mode,
        int user,
        int group,
        int links,
        long size,
        long modifiedSeconds,
        int nanos) {
    private static final int BYTES = 256;
    private static final int BASIC = 0x7ff;
    private static final int TYPE = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int REGULAR = 0100000;
    private static final int SYMLINK = 0120000;
    private static final int FIFO = 0010000;

    /** 2001: all times that operations set are before it. */
    private static final long PAST = 1_000_000_000;

    /** An answer of statx: the negative errno, or 0 and what it says. */
    record Answer(int result, Attributes attributes) {}

    static Answer of(int directory, String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment at = arena.allocate(BYTES, 8);
            int result = Calls.call("statx", directory, path, flags, BASIC, at);
            return new Answer(
                    result,
                    new Attributes(
                            at.get(JAVA_LONG, 0x20),
                            at.get(JAVA_SHORT, 0x1c) & 0xffff,
                            at.get(JAVA_INT, 0x14),
                            at.get(JAVA_INT, 0x18),
                            at.get(JAVA_INT, 0x10),
                            at.get(JAVA_LONG, 0x28),
                            at.get(JAVA_LONG, 0x70),
                            at.get(JAVA_INT, 0x78)));
        }
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isRegular() {
        return (mode & TYPE) == REGULAR;
    }

    boolean isSymlink() {
        return (mode & TYPE) == SYMLINK;
    }

    boolean isFifo() {
        return (mode & TYPE) == FIFO;
    }

    /** Without the size and time that a writer whom one cannot see may be changing. */
    List<String> factsButContent() {
        return facts().stream()
                .filter(fact -> !fact.startsWith("size ") && !fact.startsWith("modified "))
                .toList();
    }

    /** A directory's size is its file system's own affair. */
    List<String> facts() {
        List<String> all = new ArrayList<>();
        all.add("mode " + Integer.toOctalString(mode));
        all.add("owner " + user + ":" + group);
        all.add("links " + links);
        all.add("size " + (isDirectory() ? "-" : Long.toString(size)));
        boolean set = modifiedSeconds < PAST;
        all.add("modified " + (set ? "%d.%09d".formatted(modifiedSeconds, nanos) : "now"));
        return all;
    }
}
