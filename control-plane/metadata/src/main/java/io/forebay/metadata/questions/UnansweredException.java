package io.forebay.metadata.questions;

/** A worker did not answer; the message says why, for people. */
public final class UnansweredException extends Exception {
    private static final long serialVersionUID = 1L;

    UnansweredException(String message) {
        super(message);
    }
}
