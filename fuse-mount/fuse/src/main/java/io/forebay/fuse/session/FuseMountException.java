package io.forebay.fuse.session;

import org.jspecify.annotations.Nullable;

/** The mount could not be made. The message says why and what to do about it. */
public final class FuseMountException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FuseMountException(String message) {
        this(message, null);
    }

    public FuseMountException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
