package io.forebay.transport.posix;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;

/** A call that the kernel refused, with its error number (asm-generic/errno-base.h, errno.h). */
public final class PosixException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EXDEV = 18;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRINUSE = 98;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ECONNREFUSED = 111;
    public static final int EDQUOT = 122;

    private final int errno;

    PosixException(String call, int errno) {
        super(call + " failed: errno " + errno);
        this.errno = errno;
    }

    /** What another node's kernel refused. */
    public static PosixException of(String call, int errno) {
        return new PosixException(call, errno);
    }

    /** A peer that ended in the middle of an exchange, as the kernel would call it. */
    public static PosixException connectionReset() {
        return new PosixException("recvmsg", ECONNRESET);
    }

    public int errno() {
        return errno;
    }

    /** What the caller can do about it, as a kind. */
    public FailureKind kind() {
        return switch (errno) {
            case ENOENT -> FailureKind.FAILURE_NOT_FOUND;
            case EPERM, EACCES -> FailureKind.FAILURE_PERMISSION;
            case ENOSPC, EDQUOT -> FailureKind.FAILURE_NO_SPACE;
            case EMFILE, ENFILE -> FailureKind.FAILURE_TOO_MANY_FILES;
            case EINVAL -> FailureKind.FAILURE_INVALID;
            default -> FailureKind.FAILURE_UNAVAILABLE;
        };
    }

    /** The same failure for callers beyond the operating system's border. */
    public ForebayException toForebay(String message) {
        return new ForebayException(kind(), message, this).with("errno", errno);
    }
}
