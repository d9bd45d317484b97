/**
 * What the control plane's and the worker's processes do in the same way, as both are built on
 * Quarkus: the entry point and what it says when a start fails, configuration keys that nobody
 * reads, the switch for traces, and the trace that a message carries.
 *
 * <p>Invariant: it knows none of the two. Imported by {@code control-plane/server} and {@code
 * data-plane/server} only.
 */
@NullMarked
package io.forebay.wiring;

import org.jspecify.annotations.NullMarked;
