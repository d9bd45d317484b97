package io.forebay.mount.fs;

import static java.lang.System.Logger.Level.DEBUG;

import io.forebay.mount.meta.Origin;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.open.Access;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/**
 * Files without a name that nobody has open, and that the kernel knows all the same: a process has
 * them by a descriptor that opens nothing (O_PATH), and may open them by it. Nearly all that lose
 * their names the kernel forgets within milliseconds. What it still knows then, the mount opens
 * itself, while the control plane lets it, until the kernel has forgotten it.
 */
final class HeldFiles implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HeldFiles.class.getName());

    /** A tenth of the time that the control plane leaves at the most: it may be slow. */
    private static final long PATIENCE_MILLIS = 100;

    /** They take from the files that can be open at once. */
    private static final int HELD_MAX = 4_096;

    private final Nodes nodes;
    private final OpenTable table;
    private final OpenCalls opens;
    private final InstantSource clock;
    private final DelayQueue<Lost> lost = new DelayQueue<>();
    private final Map<Long, OpenFile> held = new ConcurrentHashMap<>();
    private final Thread thread;

    HeldFiles(Nodes nodes, OpenTable table, OpenCalls opens, InstantSource clock) {
        this.nodes = nodes;
        this.table = table;
        this.opens = opens;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("held").daemon().start(this::run);
    }

    /** A file to look after. Whole hundreds of milliseconds: the thread wakes up for many. */
    private record Lost(long ino, long dueMillis, InstantSource clock) implements Delayed {
        static Lost now(long ino, InstantSource clock) {
            long due = (clock.millis() / PATIENCE_MILLIS + 2) * PATIENCE_MILLIS;
            return new Lost(ino, due, clock);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueMillis - clock.millis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return other instanceof Lost file
                    ? Long.compare(dueMillis, file.dueMillis)
                    : Long.compare(
                            getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
        }
    }

    /** A file has lost its last name, or, without one, one of its handles. */
    void lost(long ino) {
        if (isKnown(ino)) {
            lost.add(Lost.now(ino, clock));
        }
    }

    /** The kernel may know the file no longer. */
    void forgotten(long ino) {
        OpenFile file = held.containsKey(ino) && !isKnown(ino) ? held.remove(ino) : null;
        if (file != null) {
            opens.close(file);
        }
    }

    private boolean isKnown(long ino) {
        return nodes.counts().count(ino) > 0;
    }

    private void run() {
        try {
            while (true) {
                hold(lost.take().ino());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the mount ends
        }
    }

    private void hold(long ino) {
        boolean open = table.find(ino).filter(OpenInode::isOpen).isPresent();
        if (open || !isKnown(ino) || held.size() >= HELD_MAX || !table.hasRoom()) {
            return;
        }
        try {
            held.put(ino, opens.open(Origin.MOUNT, ino, Access.READ));
        } catch (RuntimeException e) {
            LOG.log(DEBUG, "a file without a name could not be held", e);
            return;
        }
        forgotten(ino);
    }

    /** What is held ends with all that is open. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
