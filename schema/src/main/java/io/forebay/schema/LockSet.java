package io.forebay.schema;

import io.forebay.proto.FileLock;
import io.forebay.proto.LockType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The locks of one file. Those of one owner never overlap; ranges of the same type that touch are
 * one lock (fcntl(2), flock(2)). Not safe for several threads.
 */
public final class LockSet {
    /** F_GETLK shows the first lock in the way (fcntl(2) of POSIX), whichever was taken first. */
    private static final Comparator<FileLock> BY_RANGE =
            Comparator.comparingLong(FileLock::getStart);

    private List<FileLock> locks;

    public LockSet(List<FileLock> locks) {
        this.locks = new ArrayList<>(locks);
    }

    public List<FileLock> locks() {
        return List.copyOf(locks);
    }

    /** The locks of others that are in the way of one, in the order of their ranges. */
    public List<FileLock> conflicts(FileLock wanted) {
        return locks.stream()
                .filter(held -> held.getFlock() == wanted.getFlock())
                .filter(held -> !sameOwner(held, wanted) && overlap(held, wanted))
                .filter(held -> writes(held) || writes(wanted))
                .sorted(BY_RANGE)
                .toList();
    }

    /** The locks that the owner himself has in the range, in order. */
    public List<FileLock> own(FileLock range) {
        return locks.stream()
                .filter(held -> sameOwner(held, range) && overlap(held, range))
                .sorted(BY_RANGE)
                .toList();
    }

    /**
     * Makes the range the owner's, of the given type or unlocked, whatever he had there. That
     * nothing is in the way is the caller's business.
     */
    public void set(FileLock wanted) {
        List<FileLock> next = new ArrayList<>(locks.size() + 2);
        long start = wanted.getStart();
        long end = wanted.getEnd();
        for (FileLock held : locks) {
            if (!sameOwner(held, wanted)) {
                next.add(held);
            } else if (held.getType() == wanted.getType() && touch(held, wanted)) {
                start = Math.min(start, held.getStart());
                end = Math.max(end, held.getEnd());
            } else {
                addOutside(next, held, wanted);
            }
        }
        if (wanted.getType() != LockType.LOCK_TYPE_UNLOCK) {
            next.add(wanted.toBuilder().setStart(start).setEnd(end).build());
        }
        locks = next;
    }

    /** Ends locks. */
    public void removeIf(Predicate<FileLock> which) {
        locks.removeIf(which);
    }

    public static boolean sameOwner(FileLock one, FileLock other) {
        return one.getMountId() == other.getMountId()
                && one.getOwner() == other.getOwner()
                && one.getFlock() == other.getFlock();
    }

    private static void addOutside(List<FileLock> next, FileLock held, FileLock wanted) {
        if (!overlap(held, wanted)) {
            next.add(held);
            return;
        }
        if (held.getStart() < wanted.getStart()) {
            next.add(held.toBuilder().setEnd(wanted.getStart() - 1).build());
        }
        if (held.getEnd() > wanted.getEnd()) {
            next.add(held.toBuilder().setStart(wanted.getEnd() + 1).build());
        }
    }

    private static boolean overlap(FileLock one, FileLock other) {
        return one.getStart() <= other.getEnd() && other.getStart() <= one.getEnd();
    }

    /** Ends can be the largest number, starts are never negative. */
    private static boolean touch(FileLock one, FileLock other) {
        return one.getStart() - 1 <= other.getEnd() && other.getStart() - 1 <= one.getEnd();
    }

    private static boolean writes(FileLock lock) {
        return lock.getType() == LockType.LOCK_TYPE_WRITE;
    }
}
