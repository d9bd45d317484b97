/**
 * The FUSE kernel protocol, spoken from Java on {@code /dev/fuse}. A {@link
 * io.forebay.fuse.FileSystem} answers {@link io.forebay.fuse.Request}s with {@link
 * io.forebay.fuse.Reply}s; it can be run, and tested, without a kernel.
 *
 * <p>What is here is all that a file system sees; {@code io.forebay.fuse.session} mounts it. Knows
 * nothing of Forebay and may be used alone.
 */
@NullMarked
package io.forebay.fuse;

import org.jspecify.annotations.NullMarked;
