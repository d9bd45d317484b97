package io.forebay.transport.remote.wire;

import io.forebay.proto.FailureKind;
import io.forebay.proto.FileReplyHead;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import java.util.Optional;

/** What a worker's answer means. */
public final class FileReplies {
    private FileReplies() {}

    public static boolean succeeded(FileReplyHead reply) {
        return reply.getErrno() == 0 && reply.getFailure() == FailureKind.FAILURE_NONE;
    }

    /** The request was not done, because the worker ends the stream: it can be sent again. */
    public static boolean isRefused(FileReplyHead reply) {
        return reply.getFailure() == FailureKind.FAILURE_STALE;
    }

    /** What the worker, or its kernel, did not do. */
    public static Optional<RuntimeException> failure(FileReplyHead reply) {
        if (reply.getErrno() != 0) {
            return Optional.of(PosixException.of("a call of the worker", reply.getErrno()));
        }
        return reply.getFailure() == FailureKind.FAILURE_NONE
                ? Optional.empty()
                : Optional.of(new ForebayException(reply.getFailure(), reply.getMessage()));
    }

    /** The answer, unless it is a failure: that is thrown. */
    public static FileReplyHead checked(FileReplyHead reply) {
        Optional<RuntimeException> failure = failure(reply);
        if (failure.isPresent()) {
            throw failure.get();
        }
        return reply;
    }
}
