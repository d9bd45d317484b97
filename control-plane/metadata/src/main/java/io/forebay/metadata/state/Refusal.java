package io.forebay.metadata.state;

import io.forebay.proto.FailureKind;

/**
 * Ends a transaction without a trace, with the answer that the caller gets. It never leaves the
 * model: each rpc turns it into its reply.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    public Refusal(FailureKind kind) {
        super(kind.name(), null, false, false);
        this.kind = kind;
    }

    public FailureKind kind() {
        return kind;
    }

    public static void when(boolean condition, FailureKind kind) {
        if (condition) {
            throw new Refusal(kind);
        }
    }
}
