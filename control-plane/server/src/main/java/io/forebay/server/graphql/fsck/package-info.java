/**
 * The check of a workspace, as people and tools start and watch it by GraphQL. Nobody imports it.
 */
@NullMarked
package io.forebay.server.graphql.fsck;

import org.jspecify.annotations.NullMarked;
