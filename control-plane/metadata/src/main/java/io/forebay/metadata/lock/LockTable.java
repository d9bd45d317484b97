package io.forebay.metadata.lock;

import io.forebay.metadata.kv.ReadTransaction;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FileLock;
import io.forebay.proto.LocksRecord;
import io.forebay.schema.LockSet;
import java.util.List;

/** The locks of one file within a transaction. */
record LockTable(Space space, long ino, LockSet set) {
    static LockTable load(Space space, long ino) {
        return new LockTable(space, ino, read(space.tx(), space.id(), ino));
    }

    static LockSet read(ReadTransaction tx, long ws, long ino) {
        LocksRecord record = Records.find(tx, Keys.locks(ws, ino), LocksRecord.parser());
        return new LockSet(record == null ? List.of() : record.getLocksList());
    }

    /** Only locks of the given mount have changed. */
    void save(long mount) {
        byte[] key = Keys.locks(space.id(), ino);
        byte[] held = Keys.locked(space.id(), mount, ino);
        List<FileLock> locks = set.locks();
        if (locks.isEmpty()) {
            space.tx().clear(key);
        } else {
            LocksRecord record = LocksRecord.newBuilder().addAllLocks(locks).build();
            space.tx().set(key, record.toByteArray());
        }
        if (locks.stream().anyMatch(lock -> lock.getMountId() == mount)) {
            space.tx().set(held, new byte[0]);
        } else {
            space.tx().clear(held);
        }
    }
}
