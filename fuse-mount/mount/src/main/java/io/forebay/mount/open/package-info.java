/**
 * Which files are open here: their handles, staged files and I/O mode, what was written to them and
 * not committed yet, and the ends of opens that the control plane must hear of.
 *
 * <p>Invariants: one I/O mode and one backing id per inode from its first open to its last release;
 * at most one commit per inode in flight, so that an older size never follows a newer one; the
 * control plane hears of every end of an open, in the order of the opens. Imported by {@code
 * io.forebay.mount.nodes} and {@code io.forebay.mount.fs}.
 */
@NullMarked
package io.forebay.mount.open;

import org.jspecify.annotations.NullMarked;
