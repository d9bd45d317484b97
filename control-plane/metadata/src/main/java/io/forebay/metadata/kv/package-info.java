/**
 * An ordered key-value store with strictly serializable transactions, shaped like FoundationDB's.
 * Keys and values are bytes; {@link io.forebay.metadata.kv.Tuple} gives keys their order.
 *
 * <p>Invariant: a transaction that commits saw one moment of the store, ranges included, and
 * nothing that it read was changed before its commit. Used by the file-system model alone.
 */
@NullMarked
package io.forebay.metadata.kv;

import org.jspecify.annotations.NullMarked;
