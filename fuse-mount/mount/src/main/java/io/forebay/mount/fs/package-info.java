/**
 * What POSIX promises, over metadata and staged files. Runs without FUSE in tests: requests in,
 * replies out.
 *
 * <p>Invariants: one I/O mode and one backing id per inode from its first open to its last release;
 * at most one commit per inode in flight, so that an older size never follows a newer one; the
 * control plane hears of every end of an open, in the order of the opens. Imported by {@code
 * io.forebay.mount}.
 */
@NullMarked
package io.forebay.mount.fs;

import org.jspecify.annotations.NullMarked;
