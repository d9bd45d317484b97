package io.forebay.mount.fs;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.mount.open.Owed;
import io.forebay.mount.services.LateAnswer;
import io.forebay.mount.services.LateAnswers;
import io.forebay.mount.services.Services;
import io.forebay.observability.EventName;
import io.forebay.proto.AwaitStoredReply;
import io.forebay.proto.AwaitStoredRequest;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A close or an fsync is answered when the bucket (WRITE_THROUGH) or other workers (replicas) have
 * what was written. Who is away is waited for, but not for ever: then the caller hears of it, and
 * the work goes on.
 */
final class StoreCalls implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StoreCalls.class.getName());

    /** A restart of the store, and a short outage. */
    static final long PATIENCE_MILLIS = 60_000;

    /** Of one call: a control plane that is gone is noticed. */
    private static final long WAIT_MILLIS = 5_000;

    private final Services services;
    private final LateAnswers waits = new LateAnswers();

    StoreCalls(Services services) {
        this.services = services;
    }

    /**
     * @param owed what a commit said is to be waited for
     * @param commitAgain where somebody writes faster than it is stored
     */
    Reply await(long ino, Owed owed, Supplier<Owed> commitAgain) {
        return owed.isNothing()
                ? new Reply.Ok()
                : later(ino, late -> stored(late, ino, owed, commitAgain));
    }

    /** All that was closed in a directory and below. */
    Reply awaitBelow(long directory) {
        return later(directory, late -> stored(late, directory, Owed.NOTHING, () -> Owed.NOTHING));
    }

    private interface Work {
        Reply until(LateAnswer late);
    }

    private Reply later(long ino, Work work) {
        return waits.start("store-wait-" + ino, late -> late.complete(() -> work.until(late)));
    }

    private Reply stored(LateAnswer late, long ino, Owed first, Supplier<Owed> commitAgain) {
        long end = services.clock().millis() + PATIENCE_MILLIS;
        Owed owed = first;
        long since = 0;
        String message = "";
        do {
            AwaitStoredReply reply =
                    ask(late, ino, owed, since).orElseThrow(() -> new FuseException(Errno.EINTR));
            since = reply.getSinceMillis();
            message = reply.getMessage();
            switch (reply.getFailure()) {
                case FAILURE_NONE -> {
                    return new Reply.Ok();
                }
                case FAILURE_STALE -> {
                    owed = commitAgain.get();
                    if (owed.isNothing()) {
                        return new Reply.Ok();
                    }
                }
                case FAILURE_BUSY -> {}
                default -> end = 0;
            }
        } while (services.clock().millis() < end);
        LOG.log(WARNING, EventName.STORE_WAIT_FAILED.line("ino", ino, "cause", message));
        throw new FuseException(Errno.EIO);
    }

    private Optional<AwaitStoredReply> ask(LateAnswer late, long ino, Owed owed, long sinceMillis) {
        AwaitStoredRequest request =
                AwaitStoredRequest.newBuilder()
                        .setWorkspaceId(services.workspaceId())
                        .setIno(ino)
                        .setGeneration(owed.generation())
                        .setAskedCopies(owed.copies())
                        .setSinceMillis(sinceMillis)
                        .setWaitMillis(WAIT_MILLIS)
                        .build();
        return late.await(() -> services.metadata().awaitStored(request));
    }

    /** Ends the waits. */
    @Override
    public void close() {
        waits.close();
    }
}
