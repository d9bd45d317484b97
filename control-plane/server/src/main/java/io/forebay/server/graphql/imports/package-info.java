/**
 * The import of a workspace from its bucket, as people and tools start and watch it by GraphQL.
 * Nobody imports it.
 */
@NullMarked
package io.forebay.server.graphql.imports;

import org.jspecify.annotations.NullMarked;
