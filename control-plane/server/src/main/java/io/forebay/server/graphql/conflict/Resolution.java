package io.forebay.server.graphql.conflict;

import org.jspecify.annotations.Nullable;

/** As in the schema. */
public record Resolution(@Nullable String ours, @Nullable String theirs) {}
