/**
 * The worker hands open staged files to the mounts of its node, over a unix socket. The bytes then
 * need no process of ours between application and disk.
 *
 * <p>Frames are drawn in {@code Frames}. Invariants: only processes of the worker's own user, or of
 * root, are answered; what is passed was opened by the {@code StagedFileHandler} for that token
 * alone; every descriptor is closed on both sides of a failure. Imported by the worker (server) and
 * the mount (client).
 */
@NullMarked
package io.forebay.transport.local;

import org.jspecify.annotations.NullMarked;
