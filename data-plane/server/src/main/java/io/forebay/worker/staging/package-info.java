/**
 * What happens to staged files in the worker: opened for a token, brought back, sorted out at
 * start, evicted under pressure. Joins the staging area with the control plane and the bucket.
 *
 * <p>Invariant: nothing is deleted that the control plane did not allow. Imported by {@code
 * wiring}.
 */
@NullMarked
package io.forebay.worker.staging;

import org.jspecify.annotations.NullMarked;
