package io.forebay.e2e;

import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Metrics: what the documentation says, and what a process shows. */
public final class Page {
    /** What Prometheus asks for; some servers answer others in another format. */
    private static final String TEXT = "text/plain; version=0.0.4";

    private Page() {}

    /** A row of the documented table. */
    record Metric(String name, String kind, String process) {
        /** The families that a metric is shown as, each with its type. */
        Map<String, String> families() {
            return kind.equals("timer")
                    ? Map.of(name, "summary", name + "_max", "gauge")
                    : Map.of(name, kind);
        }
    }

    /** The table of docs/METRICS.md. */
    static List<Metric> documented() throws IOException {
        List<String> lines = Files.readAllLines(Deployment.home().resolve("docs/METRICS.md"));
        return lines.stream()
                .filter(line -> line.startsWith("| `forebay_"))
                .map(line -> line.split("\\|"))
                .map(cells ->
                        new Metric(
                                cells[1].strip().replace("`", ""),
                                cells[2].strip(),
                                cells[4].strip()))
                .toList();
    }

    /** Type by name of our families that a process shows. */
    static Map<String, String> families(URI process) throws IOException {
        Map<String, String> families = new TreeMap<>();
        text(process)
                .lines()
                .filter(line -> line.startsWith("# TYPE forebay_"))
                .map(line -> line.split(" "))
                .forEach(words -> families.put(words[2], words[3]));
        return families;
    }

    /** The sum of all samples of this name. */
    public static double value(URI process, String name) throws IOException {
        return value(process, name, "");
    }

    /** The sum of the samples of this name that have a label, as {@code key="value"}. */
    static double value(URI process, String name, String label) throws IOException {
        return text(process)
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .filter(line -> line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static String text(URI process) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) process.resolve("/q/metrics").toURL().openConnection();
        connection.setRequestProperty("Accept", TEXT);
        connection.setConnectTimeout(5_000);
        connection.setReadTimeout(30_000);
        return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
