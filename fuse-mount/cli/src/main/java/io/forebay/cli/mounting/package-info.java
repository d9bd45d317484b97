/**
 * Mounts for mount(8) and for scripts: the words of a line of fstab as arguments of a mount, and a
 * mount that goes on when its command has ended.
 *
 * <p>Invariant: a command that fails leaves nothing mounted or running. Only the command line
 * imports this package.
 */
@NullMarked
package io.forebay.cli.mounting;

import org.jspecify.annotations.NullMarked;
