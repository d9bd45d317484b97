/**
 * The check of a workspace: its metadata against itself, its workers and its bucket. Used by the
 * control plane's API; uses the stored state, and the flush for what it repairs.
 */
@NullMarked
package io.forebay.metadata.fsck;

import org.jspecify.annotations.NullMarked;
