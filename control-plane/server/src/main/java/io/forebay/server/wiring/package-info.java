/**
 * What holds the process together: configuration that was checked, the store with its life, the
 * clock, background duties, metrics and readiness. The only place that knows the wall clock and the
 * configuration's keys. Nobody imports it.
 */
@NullMarked
package io.forebay.server.wiring;

import org.jspecify.annotations.NullMarked;
