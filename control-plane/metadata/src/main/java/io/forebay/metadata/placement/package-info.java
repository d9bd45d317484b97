/**
 * Where bytes are: which worker owns a new file, and which others have copies of what the bucket
 * does not have yet. Used by the namespace, by the flush and by administration; knows only the
 * stored state.
 */
@NullMarked
package io.forebay.metadata.placement;

import org.jspecify.annotations.NullMarked;
