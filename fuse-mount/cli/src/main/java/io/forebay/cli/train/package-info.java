/**
 * The training run behind the AOT caches: an instance of its own, in a temporary directory, under a
 * small load of everything that mounts are used for.
 *
 * <p>Invariant: nothing of it is left behind but the caches. Only the command line imports this
 * package.
 */
@NullMarked
package io.forebay.cli.train;

import org.jspecify.annotations.NullMarked;
