/**
 * The few Linux calls that FUSE needs and Java does not have: the device, mount(2), and the
 * descriptor that fusermount3 sends. All of the native code of this module is here.
 *
 * <p>A call that fails returns the negative errno, as the system call itself does; nothing here
 * throws for what the kernel answers.
 *
 * <p>Depends on nothing; for {@code io.forebay.fuse.session} only.
 */
@NullMarked
package io.forebay.fuse.posix;

import org.jspecify.annotations.NullMarked;
