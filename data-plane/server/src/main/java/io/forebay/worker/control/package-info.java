/**
 * The worker's side of {@code WorkerService}: the calls as methods that fail with {@code
 * ForebayException}, and the membership that registers and keeps itself alive.
 *
 * <p>Invariant: a worker that was fenced asks for nothing any more. Imported by {@code wiring} and
 * {@code staging}.
 */
@NullMarked
package io.forebay.worker.control;

import org.jspecify.annotations.NullMarked;
