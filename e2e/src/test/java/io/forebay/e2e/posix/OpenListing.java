package io.forebay.e2e.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.forebay.e2e.model.Calls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A directory that is read as the C library's readdir, telldir and seekdir do. */
final class OpenListing implements AutoCloseable {
    /** What the C library asks for. */
    private static final int PAGE_BYTES = 32 << 10;

    private static final int O_DIRECTORY = 0200000;
    private static final int SEEK_SET = 0;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment page = arena.allocate(PAGE_BYTES, 8);
    private final Deque<Entry> read = new ArrayDeque<>();
    private final int descriptor;

    /**
     * @param place where to go on behind it
     */
    record Entry(String name, long place) {}

    OpenListing(Path directory) {
        descriptor = Calls.call("open", directory.toString(), O_DIRECTORY);
        check(descriptor);
    }

    /** The next entry but "." and ".."; null at the end. */
    @Nullable Entry next() {
        while (!read.isEmpty() || fill()) {
            Entry entry = read.remove();
            if (!entry.name.equals(".") && !entry.name.equals("..")) {
                return entry;
            }
        }
        return null;
    }

    void seek(long place) {
        read.clear();
        check(Calls.size("lseek", descriptor, place, SEEK_SET));
    }

    private boolean fill() {
        long count = Calls.size("getdents64", descriptor, page, (long) PAGE_BYTES);
        check(count);
        for (long at = 0; at < count; ) {
            read.add(new Entry(page.getString(at + 19), page.get(JAVA_LONG_UNALIGNED, at + 8)));
            at += page.get(JAVA_SHORT_UNALIGNED, at + 16) & 0xffff;
        }
        return count > 0;
    }

    private static void check(long result) {
        if (result < 0) {
            throw new IllegalStateException("the directory cannot be read: errno " + -result);
        }
    }

    @Override
    public void close() {
        Calls.call("close", descriptor);
        arena.close();
    }
}
