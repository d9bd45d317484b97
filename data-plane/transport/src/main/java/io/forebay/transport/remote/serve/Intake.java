package io.forebay.transport.remote.serve;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What all streams of a worker have received and not worked off, in bytes. Above the limit a stream
 * is asked for nothing more until there is room; what each may have sent by then comes on top: one
 * message.
 */
final class Intake {
    private final long bytesMax;

    /** Guarded by this; so is the next one. */
    private long bytes;

    private final Deque<Runnable> held = new ArrayDeque<>();

    Intake(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    synchronized void add(long size) {
        bytes += size;
    }

    /** Runs {@code ask} now if there is room, else once there is. */
    void askWhenRoom(Runnable ask) {
        synchronized (this) {
            if (bytes > bytesMax) {
                held.add(ask);
                return;
            }
        }
        ask.run();
    }

    /** Bytes that were worked off. */
    void remove(long size) {
        List<Runnable> next = List.of();
        synchronized (this) {
            bytes -= size;
            if (bytes <= bytesMax && !held.isEmpty()) {
                next = List.copyOf(held);
                held.clear();
            }
        }
        next.forEach(Runnable::run);
    }
}
