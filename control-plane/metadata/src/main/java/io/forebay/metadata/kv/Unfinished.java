package io.forebay.metadata.kv;

/** Marks what is not written yet. */
public final class Unfinished {
    private Unfinished() {}

    @SuppressWarnings({"DoNotCallSuggester", "TypeParameterUnusedInFormals"}) // it stands for a body until there is one
    public static <T> T mark() {
        throw new UnsupportedOperationException();
    }
}
