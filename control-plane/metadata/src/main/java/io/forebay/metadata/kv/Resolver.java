package io.forebay.metadata.kv;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The recent commits, and whether a transaction read what one of them changed. A window of the last
 * {@link #COMMITS_MAX} commits, of at most {@link #KEY_BYTES_MAX} and not older than twice the age
 * of a transaction; who needs an older one is told so, never that all is well.
 */
final class Resolver {
    static final int COMMITS_MAX = 1 << 16;
    static final int KEY_BYTES_MAX = 16 << 20;
    private static final long AGE_MILLIS_MAX = 2 * TransactionLimits.AGE_MAX.toMillis();

    private final AtomicReferenceArray<@Nullable Commit> window =
            new AtomicReferenceArray<>(COMMITS_MAX);
    private volatile long newest;
    // Guarded by the caller's commit lock.
    private long oldest = 1;
    private long keyBytes;

    /** The version of the newest commit; 0 before the first. */
    long newest() {
        return newest;
    }

    /** Publishes a commit as version {@code newest() + 1}. Called under the commit lock. */
    void publish(Writes writes, long nowMillis) {
        long version = newest + 1;
        Commit commit = Commit.of(version, nowMillis, writes);
        keyBytes += commit.keyBytes;
        while (oldest < version && isSpent(at(oldest), version, nowMillis)) {
            keyBytes -= at(oldest).keyBytes;
            window.set(slot(oldest), null);
            oldest++;
        }
        window.set(slot(version), commit);
        newest = version;
    }

    /** Compares reads with the commits {@code after < version <= upTo}. */
    Verdict check(KeyRanges reads, long after, long upTo) {
        for (long version = after + 1; version <= upTo; version++) {
            Commit commit = window.get(slot(version));
            if (commit == null || commit.version != version) {
                return Verdict.TOO_OLD;
            }
            if (commit.touches(reads)) {
                return Verdict.CONFLICT;
            }
        }
        return Verdict.CLEAR;
    }

    private boolean isSpent(Commit commit, long version, long nowMillis) {
        return version - commit.version >= COMMITS_MAX
                || keyBytes > KEY_BYTES_MAX
                || nowMillis - commit.millis > AGE_MILLIS_MAX;
    }

    private Commit at(long version) {
        return Objects.requireNonNull(window.get(slot(version)));
    }

    private static int slot(long version) {
        return (int) (version & (COMMITS_MAX - 1));
    }

    /** What a check found. */
    enum Verdict {
        CLEAR,
        CONFLICT,
        TOO_OLD
    }

    /** The keys that one commit changed. */
    private record Commit(
            long version, long millis, int keyBytes, byte[][] keys, byte[][] beginsAndEnds) {
        private static final int KEY_OVERHEAD_BYTES = 24;

        static Commit of(long version, long millis, Writes writes) {
            byte[][] keys = writes.changes().keySet().toArray(byte[][]::new);
            byte[][] ranges =
                    writes.cleared().ranges().entrySet().stream()
                            .flatMap(range -> Stream.of(range.getKey(), range.getValue()))
                            .toArray(byte[][]::new);
            return new Commit(version, millis, bytes(keys) + bytes(ranges), keys, ranges);
        }

        boolean touches(KeyRanges reads) {
            for (byte[] key : keys) {
                if (reads.contains(key)) {
                    return true;
                }
            }
            for (int i = 0; i < beginsAndEnds.length; i += 2) {
                if (reads.intersects(beginsAndEnds[i], beginsAndEnds[i + 1])) {
                    return true;
                }
            }
            return false;
        }

        private static int bytes(byte[][] keys) {
            int bytes = 0;
            for (byte[] key : keys) {
                bytes += key.length + KEY_OVERHEAD_BYTES;
            }
            return bytes;
        }
    }
}
