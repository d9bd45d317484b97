package io.forebay.mount.lock;

import io.forebay.proto.FileLock;
import io.forebay.proto.FileLocks;
import io.forebay.proto.LockType;
import io.forebay.schema.LockSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What this mount's owners may hold, and by which opens they asked for it. Written before the
 * control plane is asked for a lock and after it is told of the end of one, so that nothing that is
 * held is missing here.
 */
final class LockBook {
    /** Of one file. */
    private static final class Page {
        private final LockSet locks = new LockSet(List.of());

        /** The opens by which an owner of fcntl(2) locks asked for some. */
        private final Map<Long, Set<Long>> handles = new HashMap<>();

        private void askedFor(FileLock lock) {
            if (!lock.getFlock()) {
                handles.computeIfAbsent(lock.getOwner(), key -> new HashSet<>())
                        .add(lock.getHandle());
            }
        }
    }

    /** By inode. Guarded by this. */
    private final Map<Long, Page> pages = new HashMap<>();

    /** A lock that is about to be asked for. */
    synchronized void asking(long ino, FileLock lock) {
        page(ino).askedFor(lock);
    }

    synchronized void restore(List<FileLocks> files) {
        for (FileLocks file : files) {
            for (FileLock lock : file.getLocksList()) {
                page(file.getIno()).askedFor(lock);
                page(file.getIno()).locks.set(lock);
            }
        }
    }

    private Page page(long ino) {
        return pages.computeIfAbsent(ino, key -> new Page());
    }

    /** A lock that the control plane gave, or took back. */
    synchronized void set(long ino, FileLock lock) {
        Page page = page(ino);
        page.locks.set(lock);
        boolean all = lock.getStart() == 0 && lock.getEnd() == Long.MAX_VALUE;
        if (all && lock.getType() == LockType.LOCK_TYPE_UNLOCK) {
            if (!lock.getFlock()) {
                page.handles.remove(lock.getOwner());
            }
            if (page.handles.isEmpty() && page.locks.locks().isEmpty()) {
                pages.remove(ino);
            }
        }
    }

    /** Whether the owner of fcntl(2) locks may hold some. */
    synchronized boolean mayHold(long ino, long owner) {
        Page page = pages.get(ino);
        return page != null && page.handles.containsKey(owner);
    }

    /**
     * Owners of fcntl(2) locks that asked for them by this open alone: what is left of them when
     * the open ends are open file descriptions, for a process has said when it closed the file.
     */
    synchronized List<Long> endOf(long ino, long handle) {
        List<Long> owners = new ArrayList<>();
        Page page = pages.get(ino);
        if (page != null) {
            page.handles.forEach((owner, handles) -> {
                if (handles.remove(handle) && handles.isEmpty()) {
                    owners.add(owner);
                }
            });
        }
        return owners;
    }

    /** All that is held, by inode. */
    synchronized Map<Long, List<FileLock>> all() {
        Map<Long, List<FileLock>> all = new HashMap<>();
        pages.forEach((ino, page) -> all.put(ino, page.locks.locks()));
        return all;
    }

    /** What was held is not held any more. */
    synchronized void lost(long ino, FileLock lock) {
        Page page = pages.get(ino);
        if (page != null) {
            page.locks.set(lock.toBuilder().setType(LockType.LOCK_TYPE_UNLOCK).build());
        }
    }

    /** Files of which it knows something. */
    synchronized int size() {
        return pages.size();
    }
}
