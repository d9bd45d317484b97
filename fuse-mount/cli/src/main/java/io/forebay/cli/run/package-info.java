/**
 * The processes of one instance together: the order in which they start and stop (mount, worker,
 * control plane, object store), when the instance is ready, and what happens when one dies.
 *
 * <p>Invariant: whatever fails on the way up, everything that was started is stopped again. Only
 * the command line imports this package.
 */
@NullMarked
package io.forebay.cli.run;

import org.jspecify.annotations.NullMarked;
