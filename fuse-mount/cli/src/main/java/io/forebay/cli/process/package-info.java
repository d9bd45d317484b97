/**
 * One process that the command line starts: how it is started and stopped, whether it answers, what
 * it last said, and how often it may come back.
 *
 * <p>Invariant: every wait has a deadline. The clock is read here, as this is wiring. Imported by
 * {@code prepare} and {@code run}.
 */
@NullMarked
package io.forebay.cli.process;

import org.jspecify.annotations.NullMarked;
