/**
 * The benchmark: the same work on the raw directory that the worker stages on, and on the mount
 * with and without kernel passthrough, in turns, in one run; medians and ratios.
 *
 * <p>Absolute figures of a shared machine move by a factor of two; only ratios within one run
 * count. Nobody imports this package.
 */
@NullMarked
package io.forebay.e2e.bench;

import org.jspecify.annotations.NullMarked;
