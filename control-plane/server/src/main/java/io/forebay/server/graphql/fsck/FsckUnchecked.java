package io.forebay.server.graphql.fsck;

import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record FsckUnchecked(@NonNull String part, @NonNull String reason) {}
