/**
 * What people and tools see and steer, by GraphQL: the types of {@code graphql/forebay.graphqls} as
 * records, the queries and mutations over the model, and failures as errors with a code. Nobody
 * imports it.
 */
@NullMarked
package io.forebay.server.graphql;

import org.jspecify.annotations.NullMarked;
