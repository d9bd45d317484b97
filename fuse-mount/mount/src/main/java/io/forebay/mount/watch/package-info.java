/**
 * What other mounts change, and what must be forgotten for it: by this mount, and by the kernel.
 *
 * <p>Invariants: the kernel is told by one thread that answers no request, because it may hold a
 * lock until a request is answered; an answer that was being made while a change came is followed
 * by one more telling; where changes may have been missed, everything is forgotten; a kernel may
 * believe an answer for long only while changes are told of. Imported by the file system and by
 * {@code io.forebay.mount}.
 */
@NullMarked
package io.forebay.mount.watch;

import org.jspecify.annotations.NullMarked;
