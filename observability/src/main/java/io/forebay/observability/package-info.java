/**
 * The names of everything that Forebay can be watched by: metrics, log events and spans, each with
 * its meaning. The three processes take names only from here; {@code docs/METRICS.md} is written
 * from here and a test checks that it is current.
 *
 * <p>Depends on nothing, no framework either; any module may import it.
 */
@NullMarked
package io.forebay.observability;

import org.jspecify.annotations.NullMarked;
