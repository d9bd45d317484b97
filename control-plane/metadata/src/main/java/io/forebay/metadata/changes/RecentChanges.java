package io.forebay.metadata.changes;

import io.forebay.proto.WatchPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last changes that this process committed, in a ring. What it had told before it was restarted
 * is not known to it: positions of another epoch have missed some.
 */
public final class RecentChanges implements ChangeLog {
    /** Some 10 MB; at 2,000 commits a second a reader may be away for 16 s. */
    private static final int COMMITS_MAX = 32_768;

    private final long epoch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition appended = lock.newCondition();

    /** By sequence modulo its length. Guarded by lock; so is the next one. */
    private final @Nullable Committed[] ring;

    /** Of the newest commit; the first one is 1. */
    private long newest;

    /**
     * @param epoch differs from that of every process before
     */
    public RecentChanges(long epoch) {
        this(epoch, COMMITS_MAX);
    }

    RecentChanges(long epoch, int commitsMax) {
        this.epoch = epoch;
        this.ring = new Committed[commitsMax];
    }

    @Override
    public void append(Committed commit) {
        lock.lock();
        try {
            newest++;
            ring[slot(newest)] = commit;
            appended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public WatchPosition end() {
        lock.lock();
        try {
            return position(newest);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Page read(Optional<WatchPosition> after, int commitsMax, long timeoutMillis)
            throws InterruptedException {
        lock.lock();
        try {
            if (after.isEmpty() || !isKept(after.get())) {
                return new Page(position(newest), true, List.of());
            }
            long from = after.get().getSequence();
            long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (newest == from && nanos > 0) {
                nanos = appended.awaitNanos(nanos);
            }
            return isKept(after.get())
                    ? page(from, commitsMax)
                    : new Page(position(newest), true, List.of());
        } finally {
            lock.unlock();
        }
    }

    private Page page(long from, int commitsMax) {
        long to = Math.min(newest, from + commitsMax);
        List<Committed> commits = new ArrayList<>();
        for (long sequence = from + 1; sequence <= to; sequence++) {
            commits.add(Objects.requireNonNull(ring[slot(sequence)]));
        }
        return new Page(position(to), false, commits);
    }

    /** Whether every commit after the position is still in the ring. */
    private boolean isKept(WatchPosition after) {
        return after.getEpoch() == epoch
                && after.getSequence() <= newest
                && after.getSequence() >= newest - ring.length;
    }

    private WatchPosition position(long sequence) {
        return WatchPosition.newBuilder().setEpoch(epoch).setSequence(sequence).build();
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length);
    }
}
