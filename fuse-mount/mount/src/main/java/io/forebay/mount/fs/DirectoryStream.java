package io.forebay.mount.fs;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Where an open directory stands. A cookie is the position of an entry; the stream remembers the
 * names behind the positions of the last two replies, and of the starts of those before them, so
 * that reading goes on behind a name, whatever came and went around it.
 */
final class DirectoryStream {
    /** Starts that are remembered; past it every second one is dropped. */
    private static final int STARTS_MAX = 4096;

    private final long ino;

    /** Position to the name that it comes after. Guarded by this; so are the next ones. */
    private final NavigableMap<Long, ByteString> starts = new TreeMap<>();

    private Window last = new Window(0, List.of());
    private Window beforeLast = last;

    DirectoryStream(long ino) {
        this.ino = ino;
        starts.put(0L, ByteString.EMPTY);
    }

    long ino() {
        return ino;
    }

    /** Where to go on: behind a name, less the first {@code skip} entries. */
    record Point(ByteString after, int skip) {}

    synchronized Point at(long position) {
        for (Window window : List.of(last, beforeLast)) {
            if (window.holds(position)) {
                return new Point(window.before(position), 0);
            }
        }
        var start = starts.floorEntry(Math.max(0, position));
        return new Point(start.getValue(), (int) (Math.max(0, position) - start.getKey()));
    }

    /** The names that were read from a position on. */
    synchronized void given(long position, ByteString after, List<ByteString> names) {
        starts.put(position, position == 0 ? ByteString.EMPTY : after);
        if (position != last.start) {
            beforeLast = last;
        }
        last = new Window(position, names);
        if (starts.size() > STARTS_MAX) {
            boolean[] drop = {false};
            starts.keySet()
                    .removeIf(key -> {
                        drop[0] = !drop[0];
                        return key != 0 && drop[0];
                    });
        }
    }

    /** The names from a position on. */
    private record Window(long start, List<ByteString> names) {
        boolean holds(long position) {
            return position > start && position - start <= names.size();
        }

        ByteString before(long position) {
            return names.get((int) (position - start) - 1);
        }
    }
}
