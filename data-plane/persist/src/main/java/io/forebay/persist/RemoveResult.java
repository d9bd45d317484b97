package io.forebay.persist;

/** What came of a removal. */
public enum RemoveResult {
    /** The object is gone, or was not there. */
    GONE,
    /** Another object is there; it was left alone. */
    CHANGED
}
