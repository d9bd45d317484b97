/**
 * The mount process: arguments, wiring, health and metrics.
 *
 * <p>Invariant: whatever goes wrong at the start, nothing stays mounted. Nothing imports it.
 */
@NullMarked
package io.forebay.mount;

import org.jspecify.annotations.NullMarked;
