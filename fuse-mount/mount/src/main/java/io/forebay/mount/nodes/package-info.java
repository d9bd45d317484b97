/**
 * What the kernel is told of inodes: entries and attributes, for how long it may believe them, and
 * how often it was told.
 *
 * <p>Invariants: a file that is written here is shown with its newest size and time; nothing is
 * answered from memory for longer than the kernel itself may believe it. Imported by {@code
 * io.forebay.mount.fs}.
 */
@NullMarked
package io.forebay.mount.nodes;

import org.jspecify.annotations.NullMarked;
