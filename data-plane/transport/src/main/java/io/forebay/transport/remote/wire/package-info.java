/**
 * The messages between a mount and the worker of another node: a head, and data that is not copied
 * to the heap.
 *
 * <p>Invariant: a payload that was received is released by whoever took its frame. Imported by both
 * sides, {@code remote} and {@code serve}.
 */
@NullMarked
package io.forebay.transport.remote.wire;

import org.jspecify.annotations.NullMarked;
