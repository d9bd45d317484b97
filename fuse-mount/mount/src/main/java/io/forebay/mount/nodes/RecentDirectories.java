package io.forebay.mount.nodes;

import io.forebay.mount.open.Fresh;
import java.util.Map;
import java.util.Optional;

/**
 * Directories as this mount's own changes left them. The kernel drops what it knows of a directory
 * when it changes it, and asks again before the next change: this answers without a call, for no
 * longer than the kernel itself may believe attributes.
 */
final class RecentDirectories {
    private static final int DIRECTORIES_MAX = 1024;

    private final long timeoutMillis;

    /** By inode, least recently changed first. Guarded by this. */
    private final Map<Long, Fresh> changed = new BoundedMap<>(DIRECTORIES_MAX);

    RecentDirectories(long timeoutMillis) {
        this.timeoutMillis = timeoutMillis;
    }

    /** Answers to two changes can come in either order: the newer state stays. */
    synchronized void put(Fresh now) {
        long ino = now.attributes().getIno();
        Fresh known = changed.get(ino);
        if (known != null
                && known.attributes().getCtimeNanos() > now.attributes().getCtimeNanos()) {
            return;
        }
        changed.remove(ino);
        changed.put(ino, now);
    }

    /** After a change whose answer did not say how it left the directory, or of somebody else. */
    synchronized void forget(long ino) {
        changed.remove(ino);
    }

    synchronized void forgetAll() {
        changed.clear();
    }

    synchronized Optional<Fresh> find(long ino, long nowMillis) {
        Fresh known = changed.get(ino);
        return known != null && nowMillis - known.atMillis() < timeoutMillis
                ? Optional.of(known)
                : Optional.empty();
    }
}
