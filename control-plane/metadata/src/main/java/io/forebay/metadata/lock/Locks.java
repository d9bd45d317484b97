package io.forebay.metadata.lock;

import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Look;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Database;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Repeats;
import io.forebay.metadata.state.Space;
import io.forebay.proto.AwaitLockRequest;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.proto.FileLocks;
import io.forebay.proto.GetLockRequest;
import io.forebay.proto.ListLocksReply;
import io.forebay.proto.ListLocksRequest;
import io.forebay.proto.LockReply;
import io.forebay.proto.LockType;
import io.forebay.proto.LockWaitRecord;
import io.forebay.proto.MountRecord;
import io.forebay.proto.SetLockRequest;
import io.forebay.schema.Limits;
import io.forebay.schema.LockSet;
import java.util.List;

/** Locks of files. Each method is one transaction, but for the one that waits. */
public final class Locks {
    /** Files on which one mount can have locks and still be listed. */
    private static final int LISTED_MAX = 10_000;

    private final Database database;

    public Locks(Database database) {
        this.database = database;
    }

    public LockReply setLock(SetLockRequest request) {
        try {
            return database.change(
                    request.getWorkspaceId(),
                    space ->
                            Repeats.once(
                                    space,
                                    request.getCaller(),
                                    LockReply.parser(),
                                    () -> set(space, request)));
        } catch (Refusal refusal) {
            return LockReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    public LockReply getLock(GetLockRequest request) {
        try {
            return inTheWay(request);
        } catch (Refusal refusal) {
            return LockReply.newBuilder().setFailure(refusal.kind()).build();
        }
    }

    /** Who asks with F_UNLCK asks for what he has himself (F_OFD_GETLK, fcntl(2)). */
    private LockReply inTheWay(GetLockRequest request) {
        FileLock wanted = wanted(request.getLock(), request.getMountId());
        LockSet all =
                database.read(tx -> LockTable.read(tx, request.getWorkspaceId(), request.getIno()));
        List<FileLock> found = unlocks(wanted) ? all.own(wanted) : all.conflicts(wanted);
        LockReply.Builder reply = LockReply.newBuilder();
        if (!found.isEmpty()) {
            reply.setLock(found.getFirst());
        }
        return reply.build();
    }

    /**
     * Waits until nothing is in the way of the lock.
     *
     * @param asked runs now and then while it waits; what it throws ends the waiting
     */
    public LockReply awaitLock(AwaitLockRequest request, Runnable asked)
            throws InterruptedException {
        GetLockRequest question =
                GetLockRequest.newBuilder()
                        .setMountId(request.getMountId())
                        .setWorkspaceId(request.getWorkspaceId())
                        .setIno(request.getIno())
                        .setLock(request.getLock())
                        .build();
        LockReply last =
                database.await(
                        Keys.locks(request.getWorkspaceId(), request.getIno()),
                        database.nowMillis() + request.getWaitMillis(),
                        () -> {
                            asked.run();
                            LockReply reply = getLock(question);
                            return Look.of(reply, !reply.hasLock()); // free, or refused
                        });
        return last.hasLock()
                ? last.toBuilder().setFailure(FailureKind.FAILURE_BUSY).build()
                : last;
    }

    public ListLocksReply listLocks(ListLocksRequest request) {
        long mount = request.getMountId();
        Tuple.Range range = Keys.lockedBy(request.getWorkspaceId(), mount);
        return database.read(tx -> {
            ListLocksReply.Builder reply = ListLocksReply.newBuilder();
            for (KeyValue pair : tx.getRange(range.begin(), range.end(), LISTED_MAX)) {
                long ino = Tuple.unpack(pair.key()).number(3);
                LockSet all = LockTable.read(tx, request.getWorkspaceId(), ino);
                all.removeIf(lock -> lock.getMountId() != mount);
                reply.addFiles(FileLocks.newBuilder().setIno(ino).addAllLocks(all.locks()).build());
            }
            return reply.build();
        });
    }

    /**
     * Ends locks of a mount that has ended, a page of files at a time; with the last page also its
     * waits. Within the caller's transaction.
     *
     * @return whether there are no more
     */
    public static boolean endOf(Space space, long mount, int page) {
        Tuple.Range range = Keys.lockedBy(space.id(), mount);
        List<KeyValue> pairs = space.tx().getRange(range.begin(), range.end(), page);
        for (KeyValue pair : pairs) {
            LockTable table = LockTable.load(space, Tuple.unpack(pair.key()).number(3));
            table.set().removeIf(lock -> lock.getMountId() == mount);
            table.save(mount);
        }
        if (pairs.size() == page) {
            return false;
        }
        Tuple.Range waits = Keys.lockWaits(space.id(), mount);
        space.tx().clearRange(waits.begin(), waits.end());
        return true;
    }

    private LockReply set(Space space, SetLockRequest request) {
        long mount = request.getCaller().getMountId();
        MountRecord known = Records.find(space.tx(), Keys.mount(mount), MountRecord.parser());
        Refusal.when(
                known == null || known.getWorkspaceId() != space.id(), FailureKind.FAILURE_STALE);
        FileLock wanted = wanted(request.getLock(), mount);
        byte[] wait = Keys.lockWait(space.id(), mount, wanted.getOwner(), request.getIno());
        if (request.getWithdraw()) {
            space.tx().clear(wait);
            return LockReply.getDefaultInstance();
        }
        LockTable table = LockTable.load(space, request.getIno());
        List<FileLock> conflicts = unlocks(wanted) ? List.of() : table.set().conflicts(wanted);
        if (!conflicts.isEmpty()) {
            return busy(space, request, table, conflicts);
        }
        table.set().set(wanted);
        Refusal.when(
                table.set().locks().size() > Limits.FILE_LOCKS_MAX && !unlocks(wanted),
                FailureKind.FAILURE_NO_LOCKS);
        table.save(mount);
        if (request.getWaits()) {
            space.tx().clear(wait);
        }
        return LockReply.getDefaultInstance();
    }

    /** flock(2) gives up what it has before it waits or fails; fcntl(2) keeps it. */
    private static LockReply busy(
            Space space, SetLockRequest request, LockTable table, List<FileLock> conflicts) {
        long mount = request.getCaller().getMountId();
        FileLock wanted = wanted(request.getLock(), mount);
        if (wanted.getFlock()) {
            table.set().removeIf(held -> LockSet.sameOwner(held, wanted));
            table.save(mount);
        } else if (request.getWaits()) {
            Refusal.when(Deadlock.follows(space, wanted, conflicts), FailureKind.FAILURE_DEADLOCK);
            space.tx()
                    .set(
                            Keys.lockWait(space.id(), mount, wanted.getOwner(), request.getIno()),
                            LockWaitRecord.newBuilder().setLock(wanted).build().toByteArray());
        }
        return LockReply.newBuilder()
                .setFailure(FailureKind.FAILURE_BUSY)
                .setLock(conflicts.getFirst())
                .build();
    }

    private static boolean unlocks(FileLock wanted) {
        return wanted.getType() == LockType.LOCK_TYPE_UNLOCK;
    }

    private static FileLock wanted(FileLock lock, long mount) {
        Refusal.when(
                lock.getStart() < 0
                        || lock.getEnd() < lock.getStart()
                        || lock.getType() == LockType.LOCK_TYPE_UNSPECIFIED
                        || lock.getType() == LockType.UNRECOGNIZED,
                FailureKind.FAILURE_INVALID);
        return lock.toBuilder().setMountId(mount).build();
    }
}
