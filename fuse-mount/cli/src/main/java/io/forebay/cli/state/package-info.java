/**
 * What one instance remembers between starts, all of it under its state directory: settings, ports,
 * the processes that run; and the list of instances of this user.
 *
 * <p>A file is replaced as a whole (written beside, then renamed), so that a crash leaves the old
 * or the new one. Only the command line imports this package.
 */
@NullMarked
package io.forebay.cli.state;

import org.jspecify.annotations.NullMarked;
