/**
 * The file-system model of the control plane, as transactions over an ordered key-value store;
 * {@link io.forebay.metadata.Metadata} is the way in. Knows nothing of gRPC servers or GraphQL.
 *
 * <p>Invariant: every public method is one transaction, or says which ones it is; the answer to a
 * caller is an outcome, and an exception is a bug or a store that does not answer.
 */
@NullMarked
package io.forebay.metadata;

import org.jspecify.annotations.NullMarked;
