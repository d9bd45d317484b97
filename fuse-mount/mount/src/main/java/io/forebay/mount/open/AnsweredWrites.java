package io.forebay.mount.open;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.transport.file.StagedHandle;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The writes of one file that were answered before its owner had them. They are in the memory of
 * this process alone. When it dies, the one that takes over fails the next writes, and tells the
 * next flush, as one that could not be sent.
 */
public final class AnsweredWrites {
    /** The inode's, as of all that is kept of it. */
    private final Object lock;

    private final Runnable save;

    // Guarded by lock.
    private int begun;
    private long taken;
    private long flushed;
    private boolean lost;
    private long failures;

    AnsweredWrites(Object lock, Runnable save) {
        this.lock = lock;
        this.save = save;
    }

    /**
     * @param pending what {@link #pending} was when the process before this one died
     */
    void restore(boolean pending) {
        lost = pending;
    }

    /** Whether a process that takes over now must say that some are lost. */
    boolean pending() {
        return lost || begun > 0 || taken > flushed;
    }

    /**
     * One more is about to be answered.
     *
     * @param write gives it to the file, and says how much of it
     * @throws FuseException EIO: earlier ones are lost, and no flush has said so
     */
    public long add(LongSupplier write) {
        begin();
        try {
            return write.getAsLong();
        } finally {
            synchronized (lock) {
                begun--;
                taken++;
            }
        }
    }

    private void begin() {
        synchronized (lock) {
            if (lost) {
                throw new FuseException(Errno.EIO);
            }
            boolean known = pending();
            begun++;
            if (!known) {
                save.run();
            }
        }
    }

    /**
     * Has the owner take all that were answered before.
     *
     * @param how {@link StagedHandle#flush}, or an fsync
     */
    public void flush(StagedHandle file, Consumer<StagedHandle> how) {
        long before;
        synchronized (lock) {
            before = taken;
        }
        try {
            how.accept(file);
        } catch (RuntimeException e) {
            synchronized (lock) {
                failures++;
            }
            throw e;
        }
        synchronized (lock) {
            boolean known = pending();
            flushed = Math.max(flushed, before);
            if (known != pending()) {
                save.run();
            }
        }
    }

    /** How often somebody was told that what was answered is not at its owner. */
    long failures() {
        synchronized (lock) {
            return failures;
        }
    }

    /**
     * @throws FuseException EIO, once: some are lost
     */
    public void tellLoss() {
        synchronized (lock) {
            if (lost) {
                lost = false;
                failures++;
                save.run();
                throw new FuseException(Errno.EIO);
            }
        }
    }
}
