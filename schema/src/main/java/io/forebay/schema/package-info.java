/**
 * Values, limits and failures that every part of Forebay shares; the wire contracts stand beside
 * them as protobuf ({@code io.forebay.proto}) and GraphQL ({@code graphql/forebay.graphqls}).
 *
 * <p>Depends on nothing of ours; any module may import it.
 */
@NullMarked
package io.forebay.schema;

import org.jspecify.annotations.NullMarked;
