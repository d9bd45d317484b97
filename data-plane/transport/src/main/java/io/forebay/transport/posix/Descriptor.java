package io.forebay.transport.posix;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Owns a file descriptor. The number goes back to the kernel when the owner has closed it and the
 * last call that uses it has returned: a call can never reach a file that got the same number.
 */
final class Descriptor {
    private final int number;

    /** 1 for the owner until it closes, and 1 for each call in flight. At 0 the number is gone. */
    private final AtomicInteger uses = new AtomicInteger(1);

    private final AtomicBoolean closed = new AtomicBoolean();

    Descriptor(int number) {
        this.number = number;
    }

    /** The number, kept valid until {@link #release}. */
    int acquire() {
        int seen = uses.get();
        while (seen > 0 && !closed.get()) {
            if (uses.compareAndSet(seen, seen + 1)) {
                return number;
            }
            seen = uses.get();
        }
        throw new ForebayException(
                FailureKind.FAILURE_STALE, "The file or socket is closed; open it again");
    }

    void release() {
        if (uses.decrementAndGet() == 0) {
            LibC.close(number); // the error of a close is one of earlier writes: fsync reports it
        }
    }

    void close() {
        close(fd -> {});
    }

    /** Closes it, once; {@code last} is done before, while the number is still ours. */
    void close(IntConsumer last) {
        if (closed.compareAndSet(false, true)) {
            last.accept(number);
            release();
        }
    }

    boolean isClosed() {
        return closed.get();
    }

    int number() {
        return number;
    }
}
