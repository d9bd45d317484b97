package io.forebay.mount.watch;

import static java.lang.System.Logger.Level.ERROR;

import io.forebay.fuse.KernelCache;
import io.forebay.observability.EventName;
import io.forebay.proto.Change;
import io.forebay.proto.ChangedName;
import io.forebay.proto.ChangedNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The thread that tells the kernel. It may have to wait for a lock that the kernel holds until a
 * request is answered; so whoever answers requests hands over without waiting, and what does not
 * fit becomes "everything".
 */
final class Forgetting implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Forgetting.class.getName());

    private static final int QUEUE_MAX = 4_096;
    private static final long LOOK_MILLIS = 200;

    private final KernelCache kernel;
    private final Remembered remembered;
    private final WatchMeter meter;
    private final BlockingQueue<Change> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private volatile boolean everything;
    private volatile boolean canExpireAll;
    private volatile boolean closed;

    Forgetting(KernelCache kernel, Remembered remembered, WatchMeter meter) {
        this.kernel = kernel;
        this.remembered = remembered;
        this.meter = meter;
        this.thread = Thread.ofPlatform().name("forget").daemon().start(this::run);
    }

    /** Waits for room: the stream of changes then waits as well. */
    void put(Change change) throws InterruptedException {
        queue.put(change);
    }

    /** For threads that must not wait. */
    void offer(List<Change> changes) {
        for (Change change : changes) {
            if (!queue.offer(change)) {
                everything();
                return;
            }
        }
    }

    /** All that is known is old. */
    void everything() {
        everything = true;
    }

    KernelCache kernel() {
        return kernel;
    }

    /** Whether {@link #everything} reaches names that the kernel was told to believe for long. */
    boolean canExpireAll() {
        return canExpireAll;
    }

    private void run() {
        while (!closed) {
            try {
                Change next = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (everything) {
                    everything = false;
                    queue.clear(); // is among everything
                    forgetEverything();
                } else if (next != null) {
                    forget(next);
                }
            } catch (InterruptedException e) {
                return; // the mount ends
            } catch (RuntimeException e) {
                LOG.log(ERROR, EventName.REQUEST_FAILED.line("request", "forget"), e);
            }
        }
    }

    private void forget(Change change) {
        switch (change.getWhatCase()) {
            case NODE -> node(change.getNode());
            case NAME -> name(change.getName());
            case WHAT_NOT_SET -> everything(); // of a newer version: it may be anything
        }
    }

    private void node(ChangedNode node) {
        long ino = node.getIno();
        remembered.forget(ino);
        meter.node();
        if (node.getContent()) {
            kernel.forgetContent(ino);
        } else {
            kernel.forgetAttributes(ino);
        }
    }

    private void name(ChangedName name) {
        meter.name();
        byte[] bytes = name.getName().toByteArray();
        long removed = name.getRemovedIno();
        if (removed != 0) {
            kernel.removedName(name.getParent(), removed, bytes);
        }
        kernel.expireName(name.getParent(), bytes);
    }

    private void forgetEverything() {
        meter.everything();
        remembered.forgetAll();
        canExpireAll = kernel.expireAllNames();
        remembered
                .known()
                .forEach(ino -> {
                    if (remembered.isOpen(ino)) {
                        kernel.forgetContent(ino);
                    } else {
                        kernel.forgetAttributes(ino);
                    }
                });
    }

    /** The kernel may hold the thread until the mount is gone: it is not waited for long. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
