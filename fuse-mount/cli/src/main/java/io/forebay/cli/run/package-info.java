/**
 * The processes of one instance: how each is started, when it is ready, what happens when one dies,
 * and the order in which they stop (mount, worker, control plane, object store).
 *
 * <p>Whatever fails on the way up, everything that was started is stopped again. The clock is read
 * here, as this is wiring. Only the command line imports this package.
 */
@NullMarked
package io.forebay.cli.run;

import org.jspecify.annotations.NullMarked;
