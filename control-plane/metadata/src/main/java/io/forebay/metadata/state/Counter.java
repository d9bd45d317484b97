package io.forebay.metadata.state;

/** What a workspace counts. */
public enum Counter {
    BYTES("b"),
    INODES("i"),
    DIRTY_BYTES("d"),
    DIRTY_FILES("f");

    private final String code;

    Counter(String code) {
        this.code = code;
    }

    String code() {
        return code;
    }
}
