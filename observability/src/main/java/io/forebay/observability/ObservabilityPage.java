package io.forebay.observability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The text of {@code docs/METRICS.md}, written from the enums. */
public final class ObservabilityPage {
    private ObservabilityPage() {}

    /** Writes the page to the file that the argument names. */
    public static void main(String[] arguments) throws IOException {
        Files.writeString(Path.of(arguments[0]), text());
    }

    /** The whole page. */
    public static String text() {
        StringBuilder page = new StringBuilder();
        page.append("# Metrics, events and spans\n\n")
                .append("Written from the enums in `observability/`; change them, then run\n")
                .append("`java -cp observability/target/classes ")
                .append(ObservabilityPage.class.getName())
                .append(" docs/METRICS.md`.\n");
        metrics(page);
        events(page);
        spans(page);
        return page.toString();
    }

    private static void metrics(StringBuilder page) {
        page.append("\n## Metrics\n\n")
                .append("At `/q/metrics` of each process, in the text that Prometheus reads.\n\n")
                .append("| metric | kind | unit | process | meaning |\n|---|---|---|---|---|\n");
        for (MetricName metric : MetricName.values()) {
            row(
                    page,
                    "`" + metric.prometheusName() + "`",
                    metric.kind().name().toLowerCase(Locale.ROOT),
                    metric.unit(),
                    metric.process().text(),
                    metric.description());
        }
    }

    private static void events(StringBuilder page) {
        page.append("\n## Log events\n\n")
                .append("One line per change of state: `event=<name> key=value ...`.\n\n")
                .append("| event | process | meaning |\n|---|---|---|\n");
        for (EventName event : EventName.values()) {
            row(page, "`" + event.label() + "`", event.process().text(), event.description());
        }
    }

    private static void spans(StringBuilder page) {
        page.append("\n## Spans\n\n")
                .append("One trace reaches from the close of a file to its object; ")
                .append("[OBSERVABILITY.md](OBSERVABILITY.md) says where to.\n\n")
                .append("| span | process | meaning |\n|---|---|---|\n");
        for (SpanName span : SpanName.values()) {
            row(page, "`" + span.label() + "`", span.process().text(), span.description());
        }
        page.append("\n| attribute | meaning |\n|---|---|\n");
        for (SpanAttribute attribute : SpanAttribute.values()) {
            row(page, "`" + attribute.label() + "`", attribute.description());
        }
    }

    private static void row(StringBuilder page, String... cells) {
        page.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
