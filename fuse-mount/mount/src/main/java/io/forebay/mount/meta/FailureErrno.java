package io.forebay.mount.meta;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Failures as the errno that an application sees. */
public final class FailureErrno {
    private static final Map<Integer, Errno> BY_NUMBER =
            Arrays.stream(Errno.values())
                    .collect(Collectors.toUnmodifiableMap(Errno::number, Function.identity()));

    private FailureErrno() {}

    /** The errno of a kind; EIO for NONE and for kinds that this version does not know. */
    public static Errno of(FailureKind kind) {
        return switch (kind) {
            case FAILURE_NOT_FOUND -> Errno.ENOENT;
            case FAILURE_EXISTS -> Errno.EEXIST;
            case FAILURE_NOT_DIRECTORY -> Errno.ENOTDIR;
            case FAILURE_IS_DIRECTORY -> Errno.EISDIR;
            case FAILURE_NOT_EMPTY -> Errno.ENOTEMPTY;
            case FAILURE_INVALID -> Errno.EINVAL;
            case FAILURE_NAME_TOO_LONG -> Errno.ENAMETOOLONG;
            case FAILURE_NO_SPACE -> Errno.ENOSPC;
            case FAILURE_QUOTA -> Errno.EDQUOT;
            case FAILURE_STALE, FAILURE_GONE -> Errno.ESTALE;
            case FAILURE_BUSY, FAILURE_CONFLICT -> Errno.EBUSY;
            case FAILURE_FLAGGED -> Errno.EPERM;
            case FAILURE_PERMISSION -> Errno.EACCES;
            case FAILURE_UNSUPPORTED -> Errno.EOPNOTSUPP;
            case FAILURE_DEADLOCK -> Errno.EDEADLK;
            case FAILURE_NO_LOCKS -> Errno.ENOLCK;
            case FAILURE_TOO_MANY_LINKS -> Errno.EMLINK;
            case FAILURE_TOO_MANY_FILES -> Errno.ENFILE;
            case FAILURE_NO_XATTR -> Errno.ENODATA;
            case FAILURE_NONE, FAILURE_UNAVAILABLE, FAILURE_CORRUPT, UNRECOGNIZED -> Errno.EIO;
        };
    }

    /** The answer for what went wrong on the way. */
    public static FuseException of(RuntimeException failure) {
        return switch (failure) {
            case FuseException known -> known;
            case ForebayException known -> new FuseException(of(known.kind()));
            case PosixException known -> new FuseException(of(known));
            default -> new FuseException(Errno.EIO);
        };
    }

    /** A limit of this process or of the worker is none of the caller's: it is the system's. */
    private static Errno of(PosixException refusal) {
        return refusal.kind() == FailureKind.FAILURE_TOO_MANY_FILES
                ? Errno.ENFILE
                : BY_NUMBER.getOrDefault(refusal.errno(), Errno.EIO);
    }

    /** Throws the errno of a reply's failure, if it has one. */
    public static void check(FailureKind kind) {
        if (kind != FailureKind.FAILURE_NONE) {
            throw new FuseException(of(kind));
        }
    }
}
