package io.forebay.e2e.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** The table for people and the JSON for programs. */
record Report(BenchOptions options, Samples samples, Map<String, Long> residentBytes) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    Report {
        residentBytes = Map.copyOf(residentBytes);
    }

    String table() {
        StringBuilder table = new StringBuilder();
        table.append(
                "%-34s %5s %12s %12s %6s %12s %6s%n"
                        .formatted(
                                "median of " + options.rounds() + " rounds",
                                "",
                                "raw",
                                "mount",
                                "ratio",
                                "no passthr.",
                                "ratio"));
        for (Figure figure : Figure.values()) {
            table.append(
                    "%-34s %5s %12s %12s %6.2f %12s %6.2f%n"
                            .formatted(
                                    figure.label(),
                                    figure.unit(),
                                    number(figure, Target.RAW),
                                    number(figure, Target.PASSTHROUGH),
                                    samples.ratio(figure, Target.PASSTHROUGH),
                                    number(figure, Target.DAEMON),
                                    samples.ratio(figure, Target.DAEMON)));
        }
        table.append("resident memory after the run, MiB:");
        residentBytes.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each ->
                        table.append("  ")
                                .append(each.getKey())
                                .append(' ')
                                .append(each.getValue() >> 20));
        return table.append('\n').toString();
    }

    private String number(Figure figure, Target target) {
        double median = samples.median(figure, target);
        return String.format(Locale.ROOT, median < 100 ? "%.2f" : "%,.0f", median);
    }

    void write(Path file) throws IOException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("sizeMib", options.sizeMib());
        root.put("files", options.files());
        root.put("rounds", options.rounds());
        root.put("processors", Runtime.getRuntime().availableProcessors());
        root.put("kernel", System.getProperty("os.version"));
        ObjectNode figures = root.putObject("figures");
        for (Figure figure : Figure.values()) {
            ObjectNode each = figures.putObject(figure.name().toLowerCase(Locale.ROOT));
            each.put("unit", figure.unit());
            for (Target target : Target.values()) {
                ObjectNode at = each.putObject(target.name().toLowerCase(Locale.ROOT));
                at.put("median", samples.median(figure, target));
                at.put("ratio", samples.ratio(figure, target));
                at.putPOJO("samples", samples.of(figure, target));
            }
        }
        ObjectNode resident = root.putObject("residentBytes");
        residentBytes.forEach(resident::put);
        Files.writeString(
                file, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }
}
