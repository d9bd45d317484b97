/**
 * An S3 server for one machine: S3Proxy over a directory, for trying Forebay out and for its tests.
 * It is a process of its own because its libraries must not meet ours on one class path, so nothing
 * may import this package.
 *
 * <p>Invariant: of two conditional writes of one key that race, at most one finds its condition
 * true.
 */
@NullMarked
package io.forebay.locals3;

import org.jspecify.annotations.NullMarked;
