/** Conflicts of the schema, and their resolution. Imported by {@code io.forebay.server.graphql}. */
@NullMarked
package io.forebay.server.graphql.conflict;

import org.jspecify.annotations.NullMarked;
