package io.forebay.fuse.posix;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A file's descriptor number, which Java's own channels do not show. */
public final class RawFile {
    private static final int READ_WRITE = 2;

    private RawFile() {}

    /** A descriptor, or the negative errno. */
    public static int open(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.open(arena.allocateFrom(path.toString()), READ_WRITE);
        }
    }
}
