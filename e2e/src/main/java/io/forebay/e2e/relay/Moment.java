package io.forebay.e2e.relay;

/** Where a request is on its way. */
public enum Moment {
    /** The store has seen nothing of it. */
    ARRIVED,
    /** The store has its head and half of its body; only of requests that have one. */
    HALF_SENT,
    /** The store has done it and said so; the client has not heard of it. */
    DONE
}
