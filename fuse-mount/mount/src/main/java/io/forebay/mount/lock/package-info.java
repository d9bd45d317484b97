/**
 * The locks of flock(2) and fcntl(2). The control plane has them, for all mounts of the workspace;
 * here stands what this mount asked for, and who waits.
 *
 * <p>Invariants: a wait holds no thread of the session and ends with a signal; what an owner holds
 * ends with its last close, however that comes about. Imported by {@code io.forebay.mount.fs}.
 */
@NullMarked
package io.forebay.mount.lock;

import org.jspecify.annotations.NullMarked;
