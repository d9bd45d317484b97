package io.forebay.server.graphql;

/** As in the schema. */
public enum DurabilityMode {
    WRITE_BACK,
    WRITE_THROUGH,
    TRANSIENT
}
