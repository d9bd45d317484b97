/**
 * A mount and the threads that serve it: mounting, the first agreement with the kernel, and the way
 * of each message from its bytes to the {@link io.forebay.fuse.FileSystem} and back.
 *
 * <p>Depends on the requests and replies of {@code io.forebay.fuse}, never the other way round.
 */
@NullMarked
package io.forebay.fuse.session;

import org.jspecify.annotations.NullMarked;
