package io.forebay.metadata.foreign;

/** What a person decides on a conflict. */
public enum Keep {
    /** The file's content replaces the object, if that is still the one that was seen. */
    OURS,

    /** The object, or that it was deleted, counts; the file's content is dropped. */
    THEIRS,

    /** The file's content gets a name of its own beside it, and theirs is at the path. */
    BOTH
}
