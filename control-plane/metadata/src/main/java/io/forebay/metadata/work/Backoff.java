package io.forebay.metadata.work;

/**
 * How long to wait after a failure: 1 s, doubled with each, 60 s at most, and of that between a
 * half and all, so that what failed together does not come back together. The spread is a hash of
 * what failed, so that a test sees the same each time.
 */
public final class Backoff {
    private static final long FIRST_MILLIS = 1_000;
    private static final long MAX_MILLIS = 60_000;
    private static final int DOUBLINGS_MAX = 6;

    private Backoff() {}

    /**
     * @param attempt tries that failed, from 1
     * @param what spreads the times
     */
    public static long millis(int attempt, long what) {
        int doublings = Math.clamp(attempt - 1L, 0, DOUBLINGS_MAX);
        long full = Math.min(FIRST_MILLIS << doublings, MAX_MILLIS);
        long hash = (what * 31 + attempt) * 0x9E3779B97F4A7C15L;
        return full / 2 + Math.floorMod(hash >>> 16, full / 2 + 1);
    }
}
