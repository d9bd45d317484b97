/**
 * What others do to the bucket: their objects as content of our files, and the conflicts that a
 * person decides. Used by the facade.
 *
 * <p>Invariant: bytes of ours are given up only for a change that was made when the bucket had
 * them, or by a person's decision; an object of theirs is replaced only by one.
 */
@NullMarked
package io.forebay.metadata.foreign;

import org.jspecify.annotations.NullMarked;
