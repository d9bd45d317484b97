package io.forebay.mount.lock;

import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.services.Services;
import io.forebay.proto.AwaitLockRequest;
import io.forebay.proto.Caller;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.proto.FileLocks;
import io.forebay.proto.GetLockRequest;
import io.forebay.proto.ListLocksReply;
import io.forebay.proto.ListLocksRequest;
import io.forebay.proto.LockReply;
import io.forebay.proto.SetLockRequest;
import java.util.List;

/** The calls about locks, on behalf of this mount. */
record LockRequester(Services services) {
    /** One wait of many: far below the time after which a call counts as lost. */
    private static final long WAIT_MILLIS = 5_000;

    /** What the lock is wanted for. */
    enum Purpose {
        TRY,
        WAIT,
        WITHDRAW
    }

    FailureKind set(long ino, FileLock lock, Purpose purpose) {
        return services.attachment()
                .mutate(
                        Origin.MOUNT,
                        caller -> set(caller, ino, lock, purpose),
                        LockReply::getFailure)
                .getFailure();
    }

    /** Under a new mount id, before any other call uses it. */
    FailureKind setAgain(long mountId, long ino, FileLock lock) {
        Caller caller = Caller.newBuilder().setMountId(mountId).build();
        return set(caller, ino, lock, Purpose.TRY).getFailure();
    }

    private LockReply set(Caller caller, long ino, FileLock lock, Purpose purpose) {
        return services.metadata()
                .setLock(
                        SetLockRequest.newBuilder()
                                .setCaller(caller)
                                .setWorkspaceId(services.workspaceId())
                                .setIno(ino)
                                .setLock(lock)
                                .setWaits(purpose == Purpose.WAIT)
                                .setWithdraw(purpose == Purpose.WITHDRAW)
                                .build());
    }

    LockReply get(long ino, FileLock lock) {
        return services.metadata()
                .getLock(
                        GetLockRequest.newBuilder()
                                .setMountId(services.attachment().mountId())
                                .setWorkspaceId(services.workspaceId())
                                .setIno(ino)
                                .setLock(lock)
                                .build());
    }

    /** Returns when the lock may be free, or after some time. */
    FailureKind await(long ino, FileLock lock) {
        return services.metadata()
                .awaitLock(
                        AwaitLockRequest.newBuilder()
                                .setMountId(services.attachment().mountId())
                                .setWorkspaceId(services.workspaceId())
                                .setIno(ino)
                                .setLock(lock)
                                .setWaitMillis(WAIT_MILLIS)
                                .build())
                .getFailure();
    }

    /** What the control plane has of this mount. */
    List<FileLocks> list() {
        ListLocksReply reply =
                services.metadata()
                        .listLocks(
                                ListLocksRequest.newBuilder()
                                        .setMountId(services.attachment().mountId())
                                        .setWorkspaceId(services.workspaceId())
                                        .build());
        FailureErrno.check(reply.getFailure());
        return reply.getFilesList();
    }
}
