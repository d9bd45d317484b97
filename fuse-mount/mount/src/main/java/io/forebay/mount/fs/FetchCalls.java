package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.services.LateAnswer;
import io.forebay.mount.services.LateAnswers;
import io.forebay.mount.services.Services;
import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Opens that wait until a file is back from the bucket. A thread of the kernel's requests does not:
 * where it would have to, it leaves off, and the request is answered later by another thread, from
 * its begin. A signal to the caller ends such a wait.
 */
final class FetchCalls implements AutoCloseable {
    /** Bound in threads that must not wait. */
    private static final ScopedValue<Boolean> AT_ONCE = ScopedValue.newInstance();

    /** Bound in threads of which somebody may end the wait. */
    private static final ScopedValue<LateAnswer> LATE = ScopedValue.newInstance();

    private final Services services;
    private final LateAnswers waits = new LateAnswers();

    FetchCalls(Services services) {
        this.services = services;
    }

    /**
     * @param work opens before it does anything that must not happen twice
     */
    <R extends Request> Reply answer(R request, Function<R, Reply> work) {
        try {
            return ScopedValue.where(AT_ONCE, true).call(() -> work.apply(request));
        } catch (NotHere e) {
            return later(request, () -> work.apply(request));
        }
    }

    /**
     * Its mutations are no request's of the kernel: as such each would hold its slot, of which
     * there are few, all the time.
     */
    private Reply later(Request request, Supplier<Reply> work) {
        return waits.start(
                "fetch-wait-" + request.header().nodeId(),
                late -> {
                    services.watch().begin(request);
                    try {
                        late.complete(() -> ScopedValue.where(LATE, late).call(work::get));
                    } finally {
                        services.watch().answered();
                    }
                });
    }

    StagedHandle open(Grant grant, Supplier<Grant> again) {
        if (LATE.isBound()) {
            return LATE.get()
                    .await(() -> services.stagedFiles().open(grant, again))
                    .orElseThrow(() -> new FuseException(Errno.EINTR));
        }
        if (!AT_ONCE.isBound()) {
            return services.stagedFiles().open(grant, again);
        }
        try {
            return services.stagedFiles().openNow(grant, again);
        } catch (ForebayException e) {
            throw e.kind() == FailureKind.FAILURE_BUSY ? new NotHere(e) : e;
        }
    }

    /** Ends the waits. */
    @Override
    public void close() {
        waits.close();
    }

    private static final class NotHere extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotHere(ForebayException cause) {
            super(cause);
        }
    }
}
