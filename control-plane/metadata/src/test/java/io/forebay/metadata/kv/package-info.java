/** Tests of the key-value stores: one contract for all of them. */
@NullMarked
package io.forebay.metadata.kv;

import org.jspecify.annotations.NullMarked;
