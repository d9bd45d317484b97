/**
 * What an instance is, and what must be settled before its first process starts: where the programs
 * are, ports, space, the object store, the mount point, and what an instance that died has left.
 *
 * <p>Invariant: what cannot work is refused here, in one line that says what to do, before anything
 * runs. Imported by the commands and by {@code run}.
 */
@NullMarked
package io.forebay.cli.prepare;

import org.jspecify.annotations.NullMarked;
