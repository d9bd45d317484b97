package io.forebay.observability;

/** What every name here says of itself. */
sealed interface Named permits EventName, MetricName, SpanName {
    /**
     * @param label as it stands in logs, traces and queries
     * @param process whose it is
     * @param description one sentence for the page of all names
     */
    record Word(String label, ProcessKind process, String description) {}

    Word word();

    default String label() {
        return word().label();
    }

    default ProcessKind process() {
        return word().process();
    }

    default String description() {
        return word().description();
    }
}
