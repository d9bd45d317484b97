package io.forebay.metadata.lock;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FileLock;
import io.forebay.proto.LockWaitRecord;
import io.forebay.schema.LockSet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Circles of owners that each wait for the next one's lock. */
final class Deadlock {
    /** Owners that one search looks at: what it has not found by then is not found. */
    private static final int OWNERS_MAX = 100;

    /** Threads of one owner that wait at once and are looked at. */
    private static final int WAITS_MAX = 10;

    private Deadlock() {}

    private record Owner(long mount, long id) {
        static Owner of(FileLock lock) {
            return new Owner(lock.getMountId(), lock.getOwner());
        }
    }

    /** Whether the owner of {@code wanted} would wait for itself. */
    static boolean follows(Space space, FileLock wanted, List<FileLock> conflicts) {
        Owner self = Owner.of(wanted);
        Set<Owner> seen = new HashSet<>();
        Deque<Owner> next = new ArrayDeque<>();
        conflicts.forEach(lock -> next.add(Owner.of(lock)));
        while (!next.isEmpty() && seen.size() < OWNERS_MAX) {
            Owner owner = next.remove();
            if (owner.equals(self)) {
                return true;
            }
            if (seen.add(owner)) {
                next.addAll(waitsFor(space, owner));
            }
        }
        return false;
    }

    private static Set<Owner> waitsFor(Space space, Owner owner) {
        Tuple.Range range = Keys.lockWaits(space.id(), owner.mount(), owner.id());
        Set<Owner> holders = new HashSet<>();
        for (KeyValue pair : space.tx().getRange(range.begin(), range.end(), WAITS_MAX)) {
            FileLock wait = Records.parse(pair.value(), LockWaitRecord.parser()).getLock();
            LockSet locks =
                    LockTable.read(space.tx(), space.id(), Tuple.unpack(pair.key()).number(4));
            locks.conflicts(wait).forEach(lock -> holders.add(Owner.of(lock)));
        }
        return holders;
    }
}
