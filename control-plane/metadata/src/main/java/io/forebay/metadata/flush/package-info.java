/**
 * The way of dirty content to the bucket: the work of each worker, the publication of objects under
 * their keys, eviction, and the barrier that waits for all of it. Each method that a worker calls
 * answers one rpc of {@code WorkerService}. Used by the facade, the namespace and administration.
 */
@NullMarked
package io.forebay.metadata.flush;

import org.jspecify.annotations.NullMarked;
