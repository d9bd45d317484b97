/**
 * The crash matrix: each of the processes, and the object store, is killed at each point of a
 * file's way, on both data paths, again and again; after each round everything that the mount
 * acknowledged must be there, and the bucket must have held nothing but what was closed, in that
 * order.
 *
 * <p>{@code ChaosMain} is the command. What a round does follows from seed and number alone. Nobody
 * imports this package but its test.
 */
@NullMarked
package io.forebay.e2e.chaos;

import org.jspecify.annotations.NullMarked;
