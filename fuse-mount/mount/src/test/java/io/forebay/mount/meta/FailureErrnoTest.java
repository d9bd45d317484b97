package io.forebay.mount.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.posix.PosixException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FailureErrnoTest {
    @ParameterizedTest
    @CsvSource({
        "FAILURE_NONE,EIO",
        "FAILURE_NOT_FOUND,ENOENT",
        "FAILURE_EXISTS,EEXIST",
        "FAILURE_NOT_DIRECTORY,ENOTDIR",
        "FAILURE_IS_DIRECTORY,EISDIR",
        "FAILURE_NOT_EMPTY,ENOTEMPTY",
        "FAILURE_INVALID,EINVAL",
        "FAILURE_NAME_TOO_LONG,ENAMETOOLONG",
        "FAILURE_NO_SPACE,ENOSPC",
        "FAILURE_QUOTA,EDQUOT",
        "FAILURE_STALE,ESTALE",
        "FAILURE_GONE,ESTALE",
        "FAILURE_BUSY,EBUSY",
        "FAILURE_UNAVAILABLE,EIO",
        "FAILURE_CONFLICT,EBUSY",
        "FAILURE_PERMISSION,EACCES",
        "FAILURE_UNSUPPORTED,EOPNOTSUPP",
        "FAILURE_TOO_MANY_LINKS,EMLINK",
        "FAILURE_TOO_MANY_FILES,ENFILE",
        "FAILURE_CORRUPT,EIO",
        "FAILURE_NO_XATTR,ENODATA",
        "FAILURE_DEADLOCK,EDEADLK",
        "FAILURE_NO_LOCKS,ENOLCK",
        "FAILURE_FLAGGED,EPERM",
        "UNRECOGNIZED,EIO",
    })
    void kinds(FailureKind kind, Errno errno) {
        assertEquals(errno, FailureErrno.of(kind));
    }

    @Test
    void failures() {
        ForebayException full = new ForebayException(FailureKind.FAILURE_NO_SPACE, "full");
        assertEquals(Errno.ENOSPC, FailureErrno.of(full).errno());
        PosixException limit = PosixException.of("open", PosixException.EMFILE);
        assertEquals(Errno.ENFILE, FailureErrno.of(limit).errno());
        assertEquals(Errno.EIO, FailureErrno.of(new IllegalStateException()).errno());
        assertThrows(FuseException.class, () -> FailureErrno.check(FailureKind.FAILURE_NOT_FOUND));
        FailureErrno.check(FailureKind.FAILURE_NONE);
    }
}
