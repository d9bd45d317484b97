package io.forebay.transport.remote;

import org.jspecify.annotations.Nullable;

/** The stream ended, or was refused, before a request was answered. */
final class StreamLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StreamLostException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }
}
