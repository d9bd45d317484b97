/**
 * The worker's metrics and spans, by the names of the observability module. Imported by {@code
 * staging} and {@code wiring}.
 */
@NullMarked
package io.forebay.worker.telemetry;

import org.jspecify.annotations.NullMarked;
