/**
 * The few calls of Linux' C library that Java has no safe form of: files by descriptor, and unix
 * sockets that pass descriptors. Every native call of the module stands here, in {@code LibC}.
 *
 * <p>Invariant: a descriptor number is never used after it was closed, whatever the threads do; see
 * {@code Descriptor}. Any package may import it.
 */
@NullMarked
package io.forebay.transport.posix;

import org.jspecify.annotations.NullMarked;
