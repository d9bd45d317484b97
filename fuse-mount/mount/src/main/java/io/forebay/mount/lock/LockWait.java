package io.forebay.mount.lock;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.mount.lock.LockRequester.Purpose;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.services.LateAnswer;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.schema.ForebayException;
import java.util.Optional;

/**
 * A wait for one lock. The waiting call changes nothing and is cut by an interrupt; the call that
 * takes the lock is not, so that it is always known whether the lock is held.
 */
final class LockWait implements Runnable {
    private static final System.Logger LOG = System.getLogger(LockWait.class.getName());

    private final LockRequester requester;
    private final LockBook book;
    private final long ino;
    private final FileLock lock;
    private final LateAnswer late = new LateAnswer();

    LockWait(LockRequester requester, LockBook book, long ino, FileLock lock) {
        this.requester = requester;
        this.book = book;
        this.ino = ino;
        this.lock = lock;
    }

    Reply.Later reply() {
        return late.reply();
    }

    void interrupt() {
        late.interrupt();
    }

    @Override
    public void run() {
        late.complete(this::result);
    }

    private Reply result() {
        while (awaitTurn()) {
            FailureKind failure = requester.set(ino, lock, Purpose.WAIT);
            if (failure == FailureKind.FAILURE_NONE) {
                book.set(ino, lock);
                return new Reply.Ok();
            }
            if (failure != FailureKind.FAILURE_BUSY) {
                throw new FuseException(FailureErrno.of(failure));
            }
        }
        withdraw();
        throw new FuseException(Errno.EINTR);
    }

    /** True: the lock may be free now; false: interrupted. */
    private boolean awaitTurn() {
        try {
            Optional<FailureKind> failure = late.await(() -> requester.await(ino, lock));
            failure.filter(kind -> kind != FailureKind.FAILURE_BUSY).ifPresent(FailureErrno::check);
            return failure.isPresent();
        } catch (ForebayException e) {
            return true; // no control plane: it is asked again for as long as the caller waits
        }
    }

    private void withdraw() {
        try {
            FailureKind _ = requester.set(ino, lock, Purpose.WITHDRAW);
        } catch (ForebayException e) {
            // Until the mount's lease ends it may still count as a wait in the search for circles.
            LOG.log(WARNING, EventName.REQUEST_FAILED.line("rpc", "SetLock", "ino", ino), e);
        }
    }
}
