/**
 * The mount's side of staged files over the network, by gRPC. Another channel for bytes takes its
 * place behind {@code io.forebay.transport.file.StagedHandle} here, and behind {@code
 * serve.RemoteOpener} at the worker.
 *
 * <p>Invariants: what a mount has read and written ahead is bounded by its pool of chunks; a write
 * that was answered before it was sent is sent again after a lost stream, until it is answered or
 * its error is told; nothing is kept once the worker has recalled it. Imported by the mount.
 */
@NullMarked
package io.forebay.transport.remote;

import org.jspecify.annotations.NullMarked;
