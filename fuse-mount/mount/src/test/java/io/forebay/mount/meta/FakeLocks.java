package io.forebay.mount.meta;

import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.proto.FileLocks;
import io.forebay.proto.ListLocksReply;
import io.forebay.proto.LockReply;
import io.forebay.proto.LockType;
import io.forebay.schema.LockSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Locks in memory. A wait is not checked for circles. */
final class FakeLocks {
    /** By inode. Guarded by this. */
    private final Map<Long, LockSet> files = new HashMap<>();

    private LockSet of(long ino) {
        return files.computeIfAbsent(ino, key -> new LockSet(List.of()));
    }

    synchronized LockReply set(long ino, FileLock wanted) {
        LockReply conflict = get(ino, wanted);
        if (conflict.hasLock() && wanted.getType() != LockType.LOCK_TYPE_UNLOCK) {
            if (wanted.getFlock()) {
                of(ino).removeIf(held -> LockSet.sameOwner(held, wanted));
                notifyAll();
            }
            return conflict.toBuilder().setFailure(FailureKind.FAILURE_BUSY).build();
        }
        of(ino).set(wanted);
        notifyAll();
        return LockReply.getDefaultInstance();
    }

    synchronized LockReply get(long ino, FileLock wanted) {
        Optional<FileLock> conflict = of(ino).conflicts(wanted).stream().findFirst();
        return conflict.map(lock -> LockReply.newBuilder().setLock(lock).build())
                .orElse(LockReply.getDefaultInstance());
    }

    /** Waits as long as it takes. */
    synchronized LockReply await(long ino, FileLock wanted) throws InterruptedException {
        while (get(ino, wanted).hasLock()) {
            TimeUnit.MILLISECONDS.timedWait(this, 100);
        }
        return LockReply.getDefaultInstance();
    }

    synchronized ListLocksReply list(long mount) {
        ListLocksReply.Builder reply = ListLocksReply.newBuilder();
        files.forEach((ino, locks) -> {
            List<FileLock> own =
                    locks.locks().stream().filter(lock -> lock.getMountId() == mount).toList();
            if (!own.isEmpty()) {
                reply.addFiles(FileLocks.newBuilder().setIno(ino).addAllLocks(own));
            }
        });
        return reply.build();
    }

    synchronized void clear() {
        files.clear();
        notifyAll();
    }

    synchronized int count() {
        return files.values().stream().mapToInt(locks -> locks.locks().size()).sum();
    }

    static FileLock of(FileLock lock, long mount) {
        return lock.toBuilder().setMountId(mount).build();
    }
}
