package io.forebay.mount;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint of a mount process whose predecessor has its port until it can end; it may end only
 * after this one has answered what it left.
 */
final class LateHttpEndpoint implements AutoCloseable {
    private static final long PAUSE_MILLIS = 200;

    private final int port;
    private final MountMetrics metrics;
    private final Thread thread;

    /** Guarded by this; so is the next one. */
    private @Nullable HttpEndpoint endpoint;

    private boolean closed;

    private LateHttpEndpoint(int port, MountMetrics metrics) {
        this.port = port;
        this.metrics = metrics;
        this.thread = Thread.ofPlatform().name("late-http").daemon().unstarted(this::run);
    }

    /** Tries until the port is free. */
    static LateHttpEndpoint start(int port, MountMetrics metrics) {
        LateHttpEndpoint late = new LateHttpEndpoint(port, metrics);
        late.thread.start();
        return late;
    }

    private void run() {
        try {
            while (!isSettled()) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the mount ends
        }
    }

    private synchronized boolean isSettled() {
        if (!closed && endpoint == null) {
            try {
                endpoint = HttpEndpoint.start(port, metrics);
            } catch (IOException taken) {
                return false;
            }
        }
        return true;
    }

    @Override
    public synchronized void close() {
        closed = true;
        thread.interrupt();
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
