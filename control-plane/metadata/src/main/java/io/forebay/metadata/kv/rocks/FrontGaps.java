package io.forebay.metadata.kv.rocks;

import io.forebay.metadata.kv.Writes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where ranges that are scanned again and again really begin. A queue is emptied at its front, and
 * RocksDB keeps what was deleted for a while: each scan would pass all of it. A scan that had to
 * pass much notes the gap between the begin of its range and the first pair; later ones start
 * behind it. A key that is set inside a gap ends it there.
 *
 * <p>A gap holds for moments that are not older than the one that it was seen at. It is noted only
 * when no commit began since that moment: a commit that did may have set a key inside.
 */
final class FrontGaps {
    static final int GAPS_MAX = 16;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock, as what follows; in the order of use.
    private final LinkedHashMap<Begin, Gap> gaps = new LinkedHashMap<>(GAPS_MAX, 0.75f, true);
    private long started;
    // Written by the one thread that commits.
    private volatile long finished;

    /** The number of commits that a moment taken after this call surely contains. */
    long finished() {
        return finished;
    }

    /** A commit is about to make these changes. */
    void start(Map<byte[], Writes.Change> changes) {
        lock.lock();
        try {
            started++;
            if (!gaps.isEmpty()) {
                changes.forEach(this::end);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The commit can be read, or failed. */
    void finish() {
        finished = started();
    }

    /** The first key that may have a pair in a range that begins here, at a moment. */
    byte[] first(byte[] begin, long moment) {
        lock.lock();
        try {
            Gap gap = gaps.isEmpty() ? null : gaps.get(new Begin(begin));
            return gap == null || gap.moment > moment ? begin : gap.end;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Expects the end of a gap that a scan at this moment is about to look for.
     *
     * @return whether the moment is new enough to find one
     */
    boolean expect(byte[] begin, long moment) {
        lock.lock();
        try {
            boolean current = started == moment;
            if (current) {
                gaps.put(new Begin(begin), new Gap(begin, moment, null));
                if (gaps.size() > GAPS_MAX) {
                    gaps.remove(gaps.firstEntry().getKey());
                }
            }
            return current;
        } finally {
            lock.unlock();
        }
    }

    /** The expected gap ends here: at the first pair, or the end of the range. */
    void found(byte[] begin, byte[] end, long moment) {
        lock.lock();
        try {
            Gap gap = gaps.get(new Begin(begin));
            if (gap != null && gap.moment == moment) {
                byte @Nullable [] set = gap.firstSet;
                boolean ended = set != null && Arrays.compareUnsigned(set, end) < 0;
                gaps.put(new Begin(begin), new Gap(ended && set != null ? set : end, moment, set));
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(byte[] key, Writes.Change change) {
        if (!(change instanceof Writes.Change.Clear)) {
            gaps.replaceAll((begin, gap) -> gap.without(begin.key, key));
        }
    }

    private long started() {
        lock.lock();
        try {
            return started;
        } finally {
            lock.unlock();
        }
    }

    /**
     * No pair before {@code end}, at any moment from {@code moment} on.
     *
     * @param firstSet the smallest key that was set behind the begin since the gap is expected
     */
    private record Gap(byte[] end, long moment, byte @Nullable [] firstSet) {
        Gap without(byte[] begin, byte[] key) {
            if (Arrays.compareUnsigned(key, begin) < 0
                    || (firstSet != null && Arrays.compareUnsigned(firstSet, key) <= 0)) {
                return this;
            }
            return new Gap(Arrays.compareUnsigned(key, end) < 0 ? key : end, moment, key);
        }
    }

    /** A key that can be looked up. */
    private record Begin(byte[] key) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Begin that && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(key);
        }
    }
}
