package io.forebay.e2e.chaos;

/** What was promised and is not so; the message says what. */
final class Loss extends RuntimeException {
    private static final long serialVersionUID = 1;

    Loss(String what) {
        super(what);
    }
}
