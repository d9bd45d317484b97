/**
 * The locks of flock(2) and fcntl(2), for all mounts of a workspace together. A lock lives until
 * its owner ends it, or the lease of its mount does. Used by the facade.
 */
@NullMarked
package io.forebay.metadata.lock;

import org.jspecify.annotations.NullMarked;
