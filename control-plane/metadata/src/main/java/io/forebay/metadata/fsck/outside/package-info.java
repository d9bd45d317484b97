/**
 * The metadata against what workers and buckets hold, as workers say it. An answer is older than
 * the metadata beside it: it counts only where what it was asked about is the same before and
 * after.
 */
@NullMarked
package io.forebay.metadata.fsck.outside;

import org.jspecify.annotations.NullMarked;
