package io.forebay.fuse.session;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Requests whose answers come later, by their ids, so that an interrupt finds them. An interrupt
 * that is read before its request waits for it here; one that finds none, because the answer is on
 * its way already, is forgotten after many others.
 */
final class Waiting {
    /** More than a kernel has in flight of requests that can be interrupted. */
    static final int EARLY_MAX = 1024;

    /** Guarded by this; so is the next one. */
    private final Map<Long, Runnable> interrupts = new HashMap<>();

    private final Set<Long> early = new LinkedHashSet<>();

    void add(long id, Runnable interrupt) {
        boolean interrupted;
        synchronized (this) {
            interrupts.put(id, interrupt);
            interrupted = early.remove(id);
        }
        if (interrupted) {
            interrupt.run();
        }
    }

    synchronized void remove(long id) {
        interrupts.remove(id);
    }

    void interrupt(long id) {
        Runnable interrupt;
        synchronized (this) {
            interrupt = interrupts.get(id);
            if (interrupt == null) {
                if (early.size() == EARLY_MAX) {
                    early.remove(early.iterator().next());
                }
                early.add(id);
                return;
            }
        }
        interrupt.run();
    }

    /** Requests that wait. */
    synchronized int size() {
        return interrupts.size();
    }
}
