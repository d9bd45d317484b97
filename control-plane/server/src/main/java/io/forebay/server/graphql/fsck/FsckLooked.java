package io.forebay.server.graphql.fsck;

import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record FsckLooked(@NonNull String what, long count) {}
