/** Tests of what RocksDB promises when its files or its disk let it down. */
@NullMarked
package io.forebay.metadata.kv.rocks;

import org.jspecify.annotations.NullMarked;
