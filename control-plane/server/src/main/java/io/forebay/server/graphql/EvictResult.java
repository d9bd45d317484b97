package io.forebay.server.graphql;

/** As in the schema. */
public record EvictResult(long requested) {}
