package io.forebay.metadata.kv;

/** A transaction that did not commit. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the caller must do. */
    public enum Kind {
        /** Others kept changing what it read: try again later. */
        CONTENDED,
        /** Split it. */
        TOO_LARGE,
        /** It took longer than {@link TransactionLimits#AGE_MAX}: split it or try again. */
        TOO_OLD,
        /** The store does not answer: try again later. */
        UNAVAILABLE,
        /** Its disk is full: nothing was changed; free some space, and it goes on by itself. */
        NO_SPACE,
        /**
         * The files are not a store of ours, or damaged: restore a backup, or start anew; what is
         * in the bucket stays there.
         */
        CORRUPT
    }

    private final Kind kind;

    public StoreException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public StoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
