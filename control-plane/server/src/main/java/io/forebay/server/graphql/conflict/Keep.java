package io.forebay.server.graphql.conflict;

/** As in the schema. */
public enum Keep {
    OURS(io.forebay.metadata.foreign.Keep.OURS),
    THEIRS(io.forebay.metadata.foreign.Keep.THEIRS),
    BOTH(io.forebay.metadata.foreign.Keep.BOTH);

    private final io.forebay.metadata.foreign.Keep asked;

    Keep(io.forebay.metadata.foreign.Keep asked) {
        this.asked = asked;
    }

    io.forebay.metadata.foreign.Keep asked() {
        return asked;
    }
}
