/**
 * Copies of this worker's staged files at other workers: brought there while the files are written,
 * and before a close or an fsync of them returns.
 *
 * <p>Invariant: a target is reported only when it has, on stable storage, all that the staged file
 * had when the task was given. Imported by {@code wiring}.
 */
@NullMarked
package io.forebay.worker.copies;

import org.jspecify.annotations.NullMarked;
