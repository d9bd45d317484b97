package io.forebay.metadata.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.metadata.Rig;
import io.forebay.metadata.state.Keys;
import io.forebay.proto.AwaitLockRequest;
import io.forebay.proto.Caller;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.proto.FileLocks;
import io.forebay.proto.GetLockRequest;
import io.forebay.proto.ListLocksRequest;
import io.forebay.proto.LockReply;
import io.forebay.proto.LockType;
import io.forebay.proto.LocksRecord;
import io.forebay.proto.RenewRequest;
import io.forebay.proto.RequestId;
import io.forebay.proto.SetLockRequest;
import io.forebay.schema.Limits;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class LocksTest {
    private static final long INO = 5;
    private static final long OTHER = 6;
    private static final LockType READ = LockType.LOCK_TYPE_READ;
    private static final LockType WRITE = LockType.LOCK_TYPE_WRITE;
    private static final LockType UNLOCK = LockType.LOCK_TYPE_UNLOCK;
    private static final FailureKind DONE = FailureKind.FAILURE_NONE;
    private static final FailureKind BUSY = FailureKind.FAILURE_BUSY;
    private static final FailureKind DEADLOCK = FailureKind.FAILURE_DEADLOCK;

    private final Rig rig = new Rig();
    private final Locks locks = rig.metadata.locks();
    private final long here = rig.attach("n1");
    private final long there = rig.attach("n2");

    private static FileLock lock(long owner, LockType type, long start, long end) {
        return FileLock.newBuilder()
                .setOwner(owner)
                .setType(type)
                .setStart(start)
                .setEnd(end)
                .build();
    }

    private static FileLock flock(long owner, LockType type) {
        return lock(owner, type, 0, Long.MAX_VALUE).toBuilder().setFlock(true).build();
    }

    private SetLockRequest.Builder request(long mount, long ino, FileLock lock) {
        return SetLockRequest.newBuilder()
                .setCaller(Caller.newBuilder().setMountId(mount))
                .setWorkspaceId(rig.ws)
                .setIno(ino)
                .setLock(lock);
    }

    private FailureKind set(long mount, FileLock lock) {
        return locks.setLock(request(mount, INO, lock).build()).getFailure();
    }

    private FailureKind waits(long mount, long ino, FileLock lock) {
        return locks.setLock(request(mount, ino, lock).setWaits(true).build()).getFailure();
    }

    private LockReply get(long mount, FileLock lock) {
        return locks.getLock(
                GetLockRequest.newBuilder()
                        .setMountId(mount)
                        .setWorkspaceId(rig.ws)
                        .setIno(INO)
                        .setLock(lock)
                        .build());
    }

    private AwaitLockRequest await(long mount, FileLock lock, long millis) {
        return AwaitLockRequest.newBuilder()
                .setMountId(mount)
                .setWorkspaceId(rig.ws)
                .setIno(INO)
                .setLock(lock)
                .setWaitMillis(millis)
                .build();
    }

    @Test
    void whoAsksWithoutALockLearnsOfHisOwn() {
        assertEquals(DONE, set(here, lock(-7, READ, 30, 39)));
        assertEquals(DONE, set(here, lock(-7, WRITE, 10, 19)));
        assertEquals(DONE, set(there, lock(1, WRITE, 50, 59)));
        FileLock own = get(here, lock(-7, UNLOCK, 0, Long.MAX_VALUE)).getLock();
        assertEquals(WRITE, own.getType());
        assertEquals(10, own.getStart());
        assertEquals(30, get(here, lock(-7, UNLOCK, 20, 100)).getLock().getStart());
        assertFalse(get(here, lock(-7, UNLOCK, 40, Long.MAX_VALUE)).hasLock());
    }

    @Test
    void mountsSeeEachOthersLocks() {
        assertEquals(DONE, set(here, lock(-7, WRITE, 10, 19)));
        assertEquals(BUSY, set(there, lock(-7, WRITE, 19, 30)));
        assertEquals(BUSY, set(there, lock(1, READ, 0, Long.MAX_VALUE)));
        assertEquals(DONE, set(there, lock(1, READ, 0, 9)));
        FileLock inTheWay = get(there, lock(1, READ, 0, 100)).getLock();
        assertEquals(here, inTheWay.getMountId());
        assertEquals(10, inTheWay.getStart());
        assertEquals(19, inTheWay.getEnd());
        assertFalse(get(here, lock(-7, WRITE, 10, 30)).hasLock());
        assertEquals(DONE, set(here, lock(-7, UNLOCK, 15, Long.MAX_VALUE)));
        assertEquals(DONE, set(there, lock(1, WRITE, 15, 15)));
    }

    @Test
    void theTwoKindsDoNotSeeEachOther() {
        assertEquals(DONE, set(here, flock(1, WRITE)));
        assertEquals(DONE, set(there, lock(2, WRITE, 0, Long.MAX_VALUE)));
        assertEquals(BUSY, set(there, flock(2, READ)));
    }

    @Test
    void flockGivesUpWhatItHasWhenItCannotHaveMore() {
        assertEquals(DONE, set(here, flock(1, READ)));
        assertEquals(DONE, set(there, flock(2, READ)));
        assertEquals(BUSY, set(here, flock(1, WRITE)));
        assertEquals(DONE, set(there, flock(2, WRITE)));
    }

    @Test
    void fcntlKeepsWhatItHas() {
        assertEquals(DONE, set(here, lock(1, READ, 0, 9)));
        assertEquals(DONE, set(there, lock(2, READ, 0, 9)));
        assertEquals(BUSY, set(here, lock(1, WRITE, 0, 9)));
        assertEquals(BUSY, set(there, lock(2, WRITE, 0, 9)));
    }

    @Test
    void aDeadMountsLocksAreFree() {
        for (long i = 0; i < 250; i++) { // more than one page of files
            SetLockRequest.Builder request = request(here, 100 + i, lock(1, WRITE, 0, 9));
            assertEquals(DONE, locks.setLock(request.build()).getFailure());
        }
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 9)));
        assertEquals(DONE, set(there, lock(1, WRITE, 10, 19)));
        rig.clock.advance(29_000);
        rig.metadata
                .mounts()
                .renew(RenewRequest.newBuilder().setMountId(there).setWorkspaceId(rig.ws).build());
        rig.clock.advance(2_000);
        rig.tend();
        assertEquals(DONE, set(there, lock(1, WRITE, 0, 9)));
        SetLockRequest.Builder last = request(there, 349, lock(1, WRITE, 0, 9));
        assertEquals(DONE, locks.setLock(last.build()).getFailure());
        assertEquals(FailureKind.FAILURE_STALE, set(here, lock(1, READ, 50, 59)));
    }

    @Test
    void aMountsLocksCanBeListed() {
        assertEquals(DONE, set(here, lock(1, READ, 0, 9)));
        assertEquals(DONE, set(here, flock(3, READ)));
        assertEquals(DONE, set(there, lock(2, READ, 0, 9)));
        assertEquals(DONE, waits(here, OTHER, lock(1, WRITE, 0, 0)));
        assertEquals(DONE, waits(here, OTHER, lock(1, UNLOCK, 0, 0)));
        List<FileLocks> listed =
                locks.listLocks(
                                ListLocksRequest.newBuilder()
                                        .setMountId(here)
                                        .setWorkspaceId(rig.ws)
                                        .build())
                        .getFilesList();
        assertEquals(1, listed.size());
        assertEquals(INO, listed.getFirst().getIno());
        assertEquals(2, listed.getFirst().getLocksCount());
    }

    @Test
    void aCircleOfTwoIsRefused() {
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 0)));
        assertEquals(DONE, set(there, lock(2, WRITE, 1, 1)));
        assertEquals(BUSY, waits(here, INO, lock(1, WRITE, 1, 1)));
        assertEquals(DEADLOCK, waits(there, INO, lock(2, WRITE, 0, 0)));
        assertEquals(BUSY, set(there, lock(2, WRITE, 0, 0)), "who does not wait cannot block");
    }

    @Test
    void aCircleOfThreeOverTwoFilesIsRefused() {
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 0)));
        assertEquals(DONE, set(here, lock(2, WRITE, 1, 1)));
        assertEquals(DONE, waits(there, OTHER, lock(3, WRITE, 0, 0)));
        assertEquals(BUSY, waits(here, INO, lock(1, WRITE, 1, 1)));
        assertEquals(BUSY, waits(here, OTHER, lock(2, READ, 0, 0)));
        assertEquals(DEADLOCK, waits(there, INO, lock(3, READ, 0, 0)));
    }

    @Test
    void whoGivesUpWaitingIsInNoCircle() {
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 0)));
        assertEquals(DONE, set(there, lock(2, WRITE, 1, 1)));
        FileLock wanted = lock(1, WRITE, 1, 1);
        assertEquals(BUSY, waits(here, INO, wanted));
        locks.setLock(request(here, INO, wanted).setWithdraw(true).build());
        assertEquals(BUSY, waits(there, INO, lock(2, WRITE, 0, 0)));
    }

    @Test
    void whoGotHisLockWaitsNoMore() {
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 0)));
        assertEquals(DONE, set(there, lock(2, WRITE, 1, 1)));
        assertEquals(BUSY, waits(here, INO, lock(1, WRITE, 1, 1)));
        assertEquals(DONE, set(there, lock(2, UNLOCK, 1, 1)));
        assertEquals(DONE, waits(here, INO, lock(1, WRITE, 1, 1)));
        assertEquals(BUSY, waits(there, INO, lock(2, WRITE, 0, 0)));
    }

    @Test
    void aWaitEndsWithTheLockThatIsInTheWay() throws Exception {
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 9)));
        AwaitLockRequest request = await(there, lock(2, READ, 5, 5), 60_000);
        CompletableFuture<LockReply> reply = answer(request, new AtomicBoolean());
        assertThrows(TimeoutException.class, () -> reply.get(50, TimeUnit.MILLISECONDS));
        assertEquals(DONE, set(here, lock(1, UNLOCK, 0, 4)));
        assertThrows(TimeoutException.class, () -> reply.get(50, TimeUnit.MILLISECONDS));
        assertEquals(DONE, set(here, lock(1, READ, 5, 9)));
        assertEquals(DONE, reply.get(30, TimeUnit.SECONDS).getFailure());
    }

    @Test
    void aWaitEndsWithItsTimeOrItsCaller() throws Exception {
        assertEquals(DONE, set(here, lock(1, WRITE, 0, 9)));
        AtomicBoolean gone = new AtomicBoolean();
        AwaitLockRequest none = await(there, lock(2, READ, 5, 5), 0);
        assertEquals(BUSY, answer(none, gone).get(30, TimeUnit.SECONDS).getFailure());
        CompletableFuture<LockReply> reply =
                answer(await(there, lock(2, READ, 5, 5), 1_000_000), gone);
        gone.set(true);
        assertThrows(ExecutionException.class, () -> reply.get(30, TimeUnit.SECONDS));
    }

    private CompletableFuture<LockReply> answer(AwaitLockRequest request, AtomicBoolean gone) {
        Runnable asked =
                () -> {
                    if (gone.get()) {
                        throw new IllegalStateException("nobody asks");
                    }
                };
        return CompletableFuture.supplyAsync(() -> {
            try {
                return locks.awaitLock(request, asked);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void aRepeatedRequestIsAnsweredAsBefore() {
        Caller caller =
                Caller.newBuilder()
                        .setMountId(here)
                        .setRequest(RequestId.newBuilder().setSlot(1).setSequence(1))
                        .build();
        SetLockRequest request = request(here, INO, lock(1, WRITE, 0, 0)).setCaller(caller).build();
        assertEquals(DONE, locks.setLock(request).getFailure());
        assertEquals(DONE, set(here, lock(1, UNLOCK, 0, 0)));
        assertEquals(DONE, locks.setLock(request).getFailure());
        assertFalse(get(there, lock(2, WRITE, 0, 0)).hasLock(), "not locked a second time");
    }

    @Test
    void nonsenseIsRefused() {
        assertEquals(FailureKind.FAILURE_INVALID, set(here, lock(1, WRITE, 5, 4)));
        assertEquals(FailureKind.FAILURE_INVALID, set(here, lock(1, WRITE, -1, 4)));
        assertEquals(FailureKind.FAILURE_INVALID, get(here, lock(1, WRITE, 5, 4)).getFailure());
        FileLock typeless = lock(1, LockType.LOCK_TYPE_UNSPECIFIED, 0, 1);
        assertEquals(FailureKind.FAILURE_INVALID, set(here, typeless));
        assertEquals(FailureKind.FAILURE_STALE, set(999, lock(1, WRITE, 0, 1)));
    }

    @Test
    void aFileHasSoManyLocksAtMost() {
        LocksRecord.Builder full = LocksRecord.newBuilder();
        for (int i = 0; i < Limits.FILE_LOCKS_MAX; i++) {
            full.addLocks(lock(1, READ, 2L * i, 2L * i).toBuilder().setMountId(here));
        }
        boolean _ =
                rig.store.transact(tx -> {
                    tx.set(Keys.locks(rig.ws, INO), full.build().toByteArray());
                    return true;
                });
        FileLock one = lock(2, READ, 0, 0);
        assertEquals(FailureKind.FAILURE_NO_LOCKS, set(there, one));
        assertEquals(DONE, set(here, lock(1, UNLOCK, 0, 0)));
        assertEquals(DONE, set(there, one));
        assertEquals(FailureKind.FAILURE_NO_LOCKS, set(there, lock(2, READ, 2, 2)));
        assertEquals(DONE, set(here, lock(1, UNLOCK, 0, Long.MAX_VALUE)));
        assertEquals(DONE, set(there, lock(2, WRITE, 2, 2)));
    }
}
