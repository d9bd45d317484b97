package io.forebay.observability;

/** How a metric's values add up. */
public enum MetricKind {
    /** Only grows while the process lives. */
    COUNTER,
    /** What holds at the moment of the reading. */
    GAUGE,
    /** Durations: their count, sum and maximum. */
    TIMER
}
