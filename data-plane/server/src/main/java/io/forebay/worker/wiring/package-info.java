/**
 * Puts the worker together: configuration, threads, clock, start and stop. The only package that
 * knows Quarkus, and the only one that makes threads and clients.
 */
@NullMarked
package io.forebay.worker.wiring;

import org.jspecify.annotations.NullMarked;
