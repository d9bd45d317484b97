/**
 * The command line: one class a command, each of which parses its arguments and leaves the work to
 * {@code run} and {@code prepare} (processes), {@code state} (what is remembered) and {@code
 * graphql} (what is asked of the control plane).
 *
 * <p>A command ends with 0, or with one line on standard error that says what to do and a status
 * other than 0. Nobody imports this package.
 */
@NullMarked
package io.forebay.cli;

import org.jspecify.annotations.NullMarked;
