package io.forebay.fuse.jnr;

import java.util.OptionalLong;

/**
 * What utimensat(2) does to a time.
 *
 * @param nanos since the epoch; empty and not {@code now}: it stays
 */
record SetTime(OptionalLong nanos, boolean now) {
    /** UTIME_NOW and UTIME_OMIT of sys/stat.h. */
    private static final long NOW = (1L << 30) - 1;

    private static final long OMIT = (1L << 30) - 2;

    private static final long SECOND = 1_000_000_000;

    /** From a {@code struct timespec}. */
    static SetTime of(long seconds, long nanos) {
        if (nanos == NOW || nanos == OMIT) {
            return new SetTime(OptionalLong.empty(), nanos == NOW);
        }
        return new SetTime(OptionalLong.of(seconds * SECOND + nanos), false);
    }
}
