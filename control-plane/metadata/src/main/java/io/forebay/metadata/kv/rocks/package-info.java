/**
 * The key-value store on RocksDB: one process owns one directory. Used by the control plane's
 * wiring alone.
 */
@NullMarked
package io.forebay.metadata.kv.rocks;

import org.jspecify.annotations.NullMarked;
