/**
 * What outlives a mount process: memory that the mount's holder keeps open, and the descriptors of
 * its open files. A process that takes over finds here which requests were under way, and what the
 * kernel has open.
 *
 * <p>Invariants: each record is there whole, as it was before or after a change, whenever the
 * process dies; what the kernel has been told is recorded before it is told; memory of an unknown
 * or newer form is refused, never guessed at. Imported by {@code meta}, {@code open}, {@code fs},
 * {@code holder} and {@code io.forebay.mount}.
 */
@NullMarked
package io.forebay.mount.kept;

import org.jspecify.annotations.NullMarked;
