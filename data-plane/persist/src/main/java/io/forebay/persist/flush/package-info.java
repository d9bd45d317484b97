/**
 * Takes tasks from the control plane and makes them true in the bucket. An object appears only by a
 * write that the control plane allowed just before, on a condition that the store checks.
 *
 * <p>The ports {@code FlushControl}, {@code StagedBytes} and {@code FlushListener} are implemented
 * by the worker, which is the only importer.
 */
@NullMarked
package io.forebay.persist.flush;

import org.jspecify.annotations.NullMarked;
