/**
 * Staged files over the network, by gRPC: the mount's side ({@code RemoteFiles}) and the worker's
 * ({@code StagedFileStreams}). Another channel for bytes takes its place behind {@code
 * io.forebay.transport.file.StagedHandle} and {@code RemoteOpener}.
 *
 * <p>Invariants: a payload lies in the network's buffers or in native memory, never as a whole on
 * the heap; what a mount has in flight is bounded by its pool of chunks, what a worker has by its
 * budget; a write that was answered before it was sent is sent again after a lost stream, until it
 * is answered or its error is told; nothing is kept by a mount once the worker has recalled it.
 */
@NullMarked
package io.forebay.transport.remote;

import org.jspecify.annotations.NullMarked;
