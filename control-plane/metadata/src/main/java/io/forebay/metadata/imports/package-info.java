/**
 * A workspace's names out of what its bucket holds, page by page, each a transaction that also
 * remembers how far it came. What is there already is never changed. Used by the facade; the work
 * reaches it through {@link io.forebay.metadata.flush.BucketListener}.
 */
@NullMarked
package io.forebay.metadata.imports;

import org.jspecify.annotations.NullMarked;
