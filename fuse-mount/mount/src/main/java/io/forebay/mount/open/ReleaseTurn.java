package io.forebay.mount.open;

/**
 * When the end of opens may be told: not while another open is under way, and once at a time. Each
 * method is called under the lock of the inode.
 */
final class ReleaseTurn {
    private int pendingOpens;
    private boolean queued;
    private boolean inFlight;
    private boolean wanted;

    void beginOpen() {
        pendingOpens++;
        wanted |= inFlight;
    }

    /** True when a release that waited for the open must be queued now. */
    boolean endOpen(boolean failedAfterGrant) {
        pendingOpens--;
        wanted |= failedAfterGrant;
        if (pendingOpens > 0 || !wanted) {
            return false;
        }
        wanted = false;
        boolean queue = !queued; // one that is queued already tells the newest state
        queued = true;
        return queue;
    }

    /** True when the inode must be put into the queue. */
    boolean want() {
        if (queued) {
            return false;
        }
        if (pendingOpens > 0) {
            wanted = true;
            return false;
        }
        queued = true;
        return true;
    }

    /** Taken out of the queue; false while an open is under way: it queues again. */
    boolean begin() {
        queued = false;
        if (pendingOpens > 0) {
            wanted = true;
            return false;
        }
        inFlight = true;
        return true;
    }

    void ended() {
        inFlight = false;
    }

    boolean isIdle() {
        return pendingOpens == 0 && !queued && !inFlight && !wanted;
    }
}
