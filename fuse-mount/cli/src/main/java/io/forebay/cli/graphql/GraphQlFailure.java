package io.forebay.cli.graphql;

/** The control plane understood, and refused: its words, and its code for programs. */
public final class GraphQlFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    GraphQlFailure(String message, String code) {
        super(message);
        this.code = code;
    }

    public String code() {
        return code;
    }
}
