package io.forebay.mount.lock;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.mount.lock.LockRequester.Purpose;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.observability.EventName;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileLock;
import io.forebay.schema.ForebayException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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
    private final CompletableFuture<Reply> answer = new CompletableFuture<>();

    /** Set while the thread only waits. Guarded by this; so is the next one. */
    private @Nullable Thread waiter;

    private boolean interrupted;

    LockWait(LockRequester requester, LockBook book, long ino, FileLock lock) {
        this.requester = requester;
        this.book = book;
        this.ino = ino;
        this.lock = lock;
    }

    Reply.Later reply() {
        return new Reply.Later(answer, this::interrupt);
    }

    /** The caller got a signal, or the mount ends. */
    synchronized void interrupt() {
        interrupted = true;
        if (waiter != null) {
            waiter.interrupt();
        }
    }

    @Override
    public void run() {
        try {
            answer.complete(result());
        } catch (RuntimeException e) {
            answer.completeExceptionally(FailureErrno.of(e));
        }
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
        synchronized (this) {
            if (interrupted) {
                return false;
            }
            waiter = Thread.currentThread();
        }
        try {
            FailureKind failure = requester.await(ino, lock);
            if (failure != FailureKind.FAILURE_NONE && failure != FailureKind.FAILURE_BUSY) {
                throw new FuseException(FailureErrno.of(failure));
            }
            return true;
        } catch (ForebayException e) {
            // Cut, or no control plane: it is asked again for as long as the caller waits.
            return !wasInterrupted();
        } finally {
            synchronized (this) {
                waiter = null;
            }
            boolean _ = Thread.interrupted(); // what comes next must not be cut
        }
    }

    private synchronized boolean wasInterrupted() {
        return interrupted;
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
