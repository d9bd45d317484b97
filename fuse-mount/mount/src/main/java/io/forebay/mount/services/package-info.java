/**
 * What the file system works with and does not own: metadata, staged files, clock and traces.
 *
 * <p>Imported by {@code io.forebay.mount} and by its packages above this one: {@code open}, {@code
 * nodes} and {@code fs}.
 */
@NullMarked
package io.forebay.mount.services;

import org.jspecify.annotations.NullMarked;
