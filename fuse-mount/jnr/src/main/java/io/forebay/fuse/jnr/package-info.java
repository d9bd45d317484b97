/**
 * The same file systems through jnr-fuse and libfuse 2, where the kernel's own protocol cannot be
 * spoken: from libfuse's calls on paths to requests on nodes.
 *
 * <p>Invariants: what is looked up is given back; the file system sees the requests that a kernel
 * without a cache could have sent; no exception leaves an upcall. Found by {@code
 * io.forebay.fuse.session.FuseLibrary}'s service loader; nobody imports this package.
 */
@NullMarked
package io.forebay.fuse.jnr;

import org.jspecify.annotations.NullMarked;
