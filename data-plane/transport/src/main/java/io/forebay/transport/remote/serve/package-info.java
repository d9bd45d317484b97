/**
 * The worker's side of staged files over the network: StagedFileService.
 *
 * <p>Invariants: what was received and is not worked off is bounded, and so is what was read and
 * not taken; an open lasts as long as its stream; a mount that may keep something of a file keeps
 * nothing once a recall was answered. Imported by the worker.
 */
@NullMarked
package io.forebay.transport.remote.serve;

import org.jspecify.annotations.NullMarked;
