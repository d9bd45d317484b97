package io.forebay.metadata.kv;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts changes of keys and wakes who waits for one. Keys share {@link #STRIPES} counters, so that
 * the memory is bounded and a commit pays little: a count may grow for a neighbour's change, and
 * grows for every key when a range was cleared.
 */
final class Watches {
    static final int STRIPES = 256;

    private final Stripe[] stripes = new Stripe[STRIPES];
    private final AtomicInteger waiters = new AtomicInteger();
    private final AtomicLong rangeChanges = new AtomicLong();
    private volatile boolean closed;

    Watches() {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Stripe();
        }
    }

    long count(byte[] key) {
        return stripe(key).count.get() + rangeChanges.get();
    }

    void await(byte[] key, long seen, long timeoutMillis) throws InterruptedException {
        Stripe stripe = stripe(key);
        long leftNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        stripe.lock.lock();
        waiters.incrementAndGet();
        try {
            while (!closed && count(key) == seen && leftNanos > 0) {
                leftNanos = stripe.changed.awaitNanos(leftNanos);
            }
        } finally {
            waiters.decrementAndGet();
            stripe.lock.unlock();
        }
    }

    /** Counts a commit. Called under the commit lock, once the commit can be read. */
    void changed(Writes writes) {
        if (!writes.cleared().isEmpty()) {
            rangeChanges.incrementAndGet();
        }
        for (byte[] key : writes.changes().keySet()) {
            stripe(key).count.incrementAndGet();
        }
        if (waiters.get() > 0) {
            wake(writes);
        }
    }

    /** Sends everybody home. */
    void close() {
        closed = true;
        for (Stripe stripe : stripes) {
            stripe.wake();
        }
    }

    private void wake(Writes writes) {
        if (!writes.cleared().isEmpty()) {
            for (Stripe stripe : stripes) {
                stripe.wake();
            }
        } else {
            for (byte[] key : writes.changes().keySet()) {
                stripe(key).wake();
            }
        }
    }

    private Stripe stripe(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        return stripes[hash >>> 24];
    }

    private static final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final AtomicLong count = new AtomicLong();

        void wake() {
            lock.lock();
            try {
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
