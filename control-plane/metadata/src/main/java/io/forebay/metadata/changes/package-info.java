/**
 * What mounts are told of changes. A change is told after its commit, at least once, and in no
 * particular order: whoever hears of it forgets what he knew and looks again.
 *
 * <p>Invariant: a reader who goes on where he stopped either gets every change since, or is told
 * that some were missed. Imported by {@code state}, which collects changes, and by the facade.
 */
@NullMarked
package io.forebay.metadata.changes;

import org.jspecify.annotations.NullMarked;
