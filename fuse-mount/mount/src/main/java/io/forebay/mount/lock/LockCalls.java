package io.forebay.mount.lock;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.lock.LockRequester.Purpose;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.services.Services;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.proto.LockReply;
import io.forebay.proto.LockType;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** flock(2) and the locks of fcntl(2). */
public final class LockCalls implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LockCalls.class.getName());

    /** Each is a process that sleeps, a virtual thread, and a call in flight. */
    static final int WAITS_MAX = 10_000;

    private final LockRequester requester;
    private final Services services;
    private final LockBook book = new LockBook();
    private final Set<LockWait> waits = ConcurrentHashMap.newKeySet();

    public LockCalls(Services services) {
        this.services = services;
        this.requester = new LockRequester(services);
    }

    /** The pid of another mount's process means nothing here: it is shown as 0. */
    public Reply get(Request.GetLock request) {
        FileLock wanted = lock(request.owner(), request.lock(), false);
        LockReply reply = requester.get(request.header().nodeId(), wanted);
        FailureErrno.check(reply.getFailure());
        if (!reply.hasLock()) {
            LockRange asked = request.lock();
            return new Reply.Lock(
                    new LockRange(LockRange.Type.UNLOCK, asked.start(), asked.end(), 0));
        }
        FileLock found = reply.getLock();
        boolean ours = found.getMountId() == services.attachment().mountId();
        LockRange.Type type =
                found.getType() == LockType.LOCK_TYPE_WRITE
                        ? LockRange.Type.WRITE
                        : LockRange.Type.READ;
        return new Reply.Lock(
                new LockRange(type, found.getStart(), found.getEnd(), ours ? found.getPid() : 0));
    }

    public Reply set(Request.SetLock request) {
        long ino = request.header().nodeId();
        FileLock lock =
                lock(request.owner(), request.lock(), request.flock()).toBuilder()
                        .setHandle(request.handle())
                        .build();
        boolean unlocks = lock.getType() == LockType.LOCK_TYPE_UNLOCK;
        if (!unlocks) {
            book.asking(ino, lock);
        }
        Purpose purpose = request.waits() && !unlocks ? Purpose.WAIT : Purpose.TRY;
        FailureKind failure = requester.set(ino, lock, purpose);
        if (failure == FailureKind.FAILURE_BUSY) {
            if (lock.getFlock()) {
                book.lost(ino, lock);
            }
            if (purpose == Purpose.TRY) {
                throw new FuseException(Errno.EAGAIN);
            }
            return waitFor(ino, lock);
        }
        FailureErrno.check(failure);
        book.set(ino, lock);
        return new Reply.Ok();
    }

    /** A process has closed the file once: its fcntl(2) locks end, whichever open they came by. */
    public void flushed(long ino, long owner) {
        if (book.mayHold(ino, owner)) {
            unlock(ino, owner, false);
        }
    }

    /** An open has ended, and with it what belonged to the open file description. */
    public void released(Request.Release request) {
        long ino = request.header().nodeId();
        for (long owner : book.endOf(ino, request.handle())) {
            unlock(ino, owner, false);
        }
        if (request.flockOwner().isPresent()) {
            unlock(ino, request.flockOwner().getAsLong(), true);
        }
    }

    /** The locks ended with the lease: takes them again under the new id, where still possible. */
    public void lockAgain(long mountId) {
        book.all()
                .forEach((ino, locks) -> {
                    for (FileLock lock : locks) {
                        FailureKind failure = requester.setAgain(mountId, ino, lock);
                        if (failure != FailureKind.FAILURE_NONE) {
                            book.lost(ino, lock);
                            LOG.log(
                                    WARNING,
                                    EventName.LOCKS_LOST.line("ino", ino, "kind", failure));
                        }
                    }
                });
    }

    /** Learns what a process that served the mount before this one had locked. */
    public void restore() {
        book.restore(requester.list());
    }

    /** Files of which this mount may have locks. */
    public int files() {
        return book.size();
    }

    /** Locks that are waited for. */
    public int waits() {
        return waits.size();
    }

    /** Ends the waits. */
    @Override
    public void close() {
        waits.forEach(LockWait::interrupt);
    }

    private Reply waitFor(long ino, FileLock lock) {
        LockWait wait = new LockWait(requester, book, ino, lock);
        if (waits.size() >= WAITS_MAX) {
            throw new FuseException(Errno.ENOLCK);
        }
        waits.add(wait);
        Thread.ofVirtual()
                .name("lock-wait")
                .start(() -> {
                    try {
                        wait.run();
                    } finally {
                        waits.remove(wait);
                    }
                });
        return wait.reply();
    }

    private void unlock(long ino, long owner, boolean flock) {
        LockRange all = new LockRange(LockRange.Type.UNLOCK, 0, LockRange.END_MAX, 0);
        FileLock lock = lock(owner, all, flock);
        FailureKind failure = requester.set(ino, lock, Purpose.TRY);
        FailureErrno.check(failure);
        book.set(ino, lock);
    }

    private static FileLock lock(long owner, LockRange range, boolean flock) {
        LockType type =
                switch (range.type()) {
                    case READ -> LockType.LOCK_TYPE_READ;
                    case WRITE -> LockType.LOCK_TYPE_WRITE;
                    case UNLOCK -> LockType.LOCK_TYPE_UNLOCK;
                };
        return FileLock.newBuilder()
                .setOwner(owner)
                .setFlock(flock)
                .setType(type)
                .setStart(range.start())
                .setEnd(range.end())
                .setPid(range.pid())
                .build();
    }
}
