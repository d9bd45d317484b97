/**
 * The process that keeps a mount while its mount process dies and comes back: it starts the mount
 * process, holds copies of its descriptors, and starts the next one when it ends without having
 * unmounted. It is small and does little, so that it outlives what it holds.
 *
 * <p>Invariants: a descriptor that the mount process was told is kept is there for the next one;
 * one mount process at a time has them; when no next one can be had, the mount is taken away, so
 * that programs get an error instead of waiting for ever. Imported by {@code io.forebay.mount},
 * which speaks with it through {@code HolderLink}.
 */
@NullMarked
package io.forebay.mount.holder;

import org.jspecify.annotations.NullMarked;
