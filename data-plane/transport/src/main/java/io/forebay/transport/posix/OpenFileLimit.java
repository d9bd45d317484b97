package io.forebay.transport.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How many descriptors this process may have (getrlimit(2)). */
public final class OpenFileLimit {
    private static final int RLIMIT_NOFILE = 7;

    /**
     * What a process needs beside the files that it keeps open for others: jars, sockets, devices,
     * and the opens and connections that are under way. Without them it could do nothing any more.
     */
    private static final int OWN = 512;

    private OpenFileLimit() {}

    /** How many files the process may keep open for others: at least half of its limit. */
    public static int forOthers() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocate(JAVA_LONG, 2);
            int result = LibC.getrlimit(RLIMIT_NOFILE, limits);
            if (result < 0) {
                throw new PosixException("getrlimit", -result);
            }
            return forOthers(limits.get(JAVA_LONG, 0));
        }
    }

    static int forOthers(long unsignedLimit) {
        boolean large = unsignedLimit < 0 || unsignedLimit > Integer.MAX_VALUE;
        int limit = large ? Integer.MAX_VALUE : (int) unsignedLimit;
        return Math.max(limit / 2, limit - OWN);
    }
}
