package io.forebay.observability;

/** Every attribute that our spans carry. */
public enum SpanAttribute {
    INO("forebay.ino", "The file's inode number in its workspace."),
    GENERATION("forebay.generation", "The generation of the file's content."),
    KEY("forebay.key", "The object's key below the workspace's prefix."),
    BYTES("forebay.bytes", "The size of the content."),
    ATTEMPT("forebay.attempt", "0 at the first try, and one more at each later one.");

    private final String label;
    private final String description;

    SpanAttribute(String label, String description) {
        this.label = label;
        this.description = description;
    }

    public String label() {
        return label;
    }

    public String description() {
        return description;
    }
}
