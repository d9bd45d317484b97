/**
 * The structs and numbers of the FUSE kernel protocol, version 7.45, as {@code
 * include/uapi/linux/fuse.h} of Linux 6.18 has them. Each struct is a record over the memory that
 * holds it: accessors by offset, the size, and the offsets drawn in its text (decimal, in bytes).
 * All numbers are in the machine's byte order, which the golden tests expect to be little-endian.
 *
 * <p>A record checks at construction that its memory is long enough, so that no message, however
 * broken, is read past its end: that throws {@link java.lang.IllegalArgumentException}.
 *
 * <p>Depends on nothing; for {@code io.forebay.fuse.session} only.
 */
@NullMarked
package io.forebay.fuse.wire;

import org.jspecify.annotations.NullMarked;
