package io.forebay.persist;

/** What must hold at the key at the moment of a write. */
public sealed interface Condition {
    /** No object is there. */
    record Absent() implements Condition {}

    /** The object there has this etag. */
    record Matches(String etag) implements Condition {}

    /** The condition for replacing an object of this etag; empty stands for none. */
    static Condition replacing(String etag) {
        return etag.isEmpty() ? new Absent() : new Matches(etag);
    }
}
