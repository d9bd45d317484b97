package io.forebay.mount.kept;

/** What a mount kept cannot be used; the message says why and what to do. */
public final class KeptException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KeptException(String message) {
        super(message);
    }

    public KeptException(String message, Throwable cause) {
        super(message, cause);
    }
}
