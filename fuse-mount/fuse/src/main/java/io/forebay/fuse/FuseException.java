package io.forebay.fuse;

/** A request that is answered with an errno. Carries no stack trace: it is an answer, not a bug. */
public final class FuseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errno errno;

    public FuseException(Errno errno) {
        super(errno.name(), null, false, false);
        this.errno = errno;
    }

    public Errno errno() {
        return errno;
    }
}
