/**
 * What POSIX promises, over metadata and staged files: one class for each family of calls. Runs
 * without FUSE in tests: requests in, replies out. What is open is kept by {@code
 * io.forebay.mount.open}, what the kernel knows by {@code io.forebay.mount.nodes}.
 *
 * <p>Imported by {@code io.forebay.mount}.
 */
@NullMarked
package io.forebay.mount.fs;

import org.jspecify.annotations.NullMarked;
