/**
 * What holds the process together: configuration that was checked, the store with its life, clocks
 * and pauses, background duties, metrics and readiness. The only place that knows the wall clock
 * and the configuration's keys. The services import {@code Pause}.
 */
@NullMarked
package io.forebay.server.wiring;

import org.jspecify.annotations.NullMarked;
