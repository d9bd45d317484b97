/** What the worker tells of itself. */
@NullMarked
package io.forebay.worker.telemetry;

import org.jspecify.annotations.NullMarked;
