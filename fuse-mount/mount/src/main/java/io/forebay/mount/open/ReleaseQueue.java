package io.forebay.mount.open;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.mount.services.Services;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.ReleaseRequest;
import io.forebay.proto.ReleasedFile;
import io.forebay.schema.ForebayException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells the control plane of the ends of opens, many at a time, on a thread of its own. What it
 * tells is read when it is sent, so that it is the newest state; an inode is in the queue once at
 * most, and the table of open inodes bounds the queue. What is not answered is sent again.
 */
public final class ReleaseQueue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ReleaseQueue.class.getName());

    /** Files in one call: one transaction of the metadata, far below its limits. */
    private static final int BATCH_MAX = 256;

    /**
     * How long a first file waits for others: twenty fast creates' worth, below any flush delay.
     */
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Before what was not answered is sent again: the control plane may be full, or away. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Services services;
    private final OpenTable table;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by lock; so are the next ones. */
    private final Deque<OpenInode> queue = new ArrayDeque<>();

    private boolean sending;
    private boolean closing;

    public ReleaseQueue(Services services, OpenTable table) {
        this.services = services;
        this.table = table;
        this.thread = new Thread(this::run, "release");
        thread.setDaemon(true);
        thread.start();
    }

    /** The inode's {@code releaseQueued} was just set by the caller. */
    public void add(OpenInode inode) {
        lock.lock();
        try {
            queue.add(inode);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything was answered, or the time is up; true for the former. */
    public boolean drain(Duration patience) throws InterruptedException {
        long nanos = patience.toNanos();
        lock.lock();
        try {
            while (sending || !queue.isEmpty()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread. What is still queued is not sent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            List<OpenInode> batch = nextBatch();
            while (!batch.isEmpty()) {
                if (!send(batch)) {
                    rest();
                }
                batch = nextBatch();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for files; empty when the queue was closed. */
    private List<OpenInode> nextBatch() throws InterruptedException {
        lock.lock();
        try {
            sending = false;
            changed.signalAll();
            while (queue.isEmpty() && !closing) {
                changed.await();
            }
            long nanos = LINGER_NANOS;
            while (queue.size() < BATCH_MAX && nanos > 0 && !closing) {
                nanos = changed.awaitNanos(nanos);
            }
            List<OpenInode> batch = new ArrayList<>();
            while (!closing && batch.size() < BATCH_MAX && !queue.isEmpty()) {
                batch.add(queue.remove());
            }
            sending = !batch.isEmpty();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void rest() throws InterruptedException {
        lock.lock();
        try {
            long nanos = RETRY_NANOS;
            while (nanos > 0 && !closing) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was answered; if not, it is in the queue again. */
    private boolean send(List<OpenInode> batch) {
        List<OpenInode> described = new ArrayList<>();
        List<ReleasedFile> files = new ArrayList<>();
        for (OpenInode inode : batch) {
            Optional<ReleasedFile> file = inode.describeRelease();
            if (file.isPresent()) {
                described.add(inode);
                files.add(file.get());
            }
        }
        boolean answered = files.isEmpty() || isAnswered(files);
        for (OpenInode inode : described) {
            if (inode.releaseEnded(answered)) {
                add(inode);
            }
            table.removeIfIdle(inode);
        }
        return answered;
    }

    private boolean isAnswered(List<ReleasedFile> files) {
        ReleaseRequest request =
                ReleaseRequest.newBuilder()
                        .setMountId(services.attachment().mountId())
                        .setWorkspaceId(services.workspaceId())
                        .addAllFiles(files)
                        .build();
        try {
            FailureKind failure = services.metadata().release(request).getFailure();
            if (failure == FailureKind.FAILURE_STALE) {
                services.attachment().checkLease(); // settled without us
            } else if (failure != FailureKind.FAILURE_NONE) {
                LOG.log(WARNING, EventName.REQUEST_FAILED.line("rpc", "Release", "kind", failure));
            }
            return failure != FailureKind.FAILURE_UNAVAILABLE
                    && failure != FailureKind.FAILURE_BUSY;
        } catch (ForebayException e) {
            return false; // the client has tried for its whole time, and said so
        }
    }
}
