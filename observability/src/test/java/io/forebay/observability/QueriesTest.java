package io.forebay.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and the alert rules speak of metrics that there are, in a way that makes sense. */
final class QueriesTest {
    private static final Pattern OURS = Pattern.compile("forebay_[a-z_]+");
    private static final Pattern RISING = Pattern.compile("(rate|increase)\\($");
    private static final int GRID_WIDTH = 24;

    @TempDir private Path directory;

    @Test
    void onlyDocumentedMetricsAreAskedFor() throws Exception {
        Map<String, Boolean> rises = samples();
        List<String> bad = new ArrayList<>();
        for (Map.Entry<String, String> query : all().entrySet()) {
            Matcher used = OURS.matcher(query.getValue());
            assertTrue(used.find(), query::toString);
            used.reset();
            while (used.find()) {
                Boolean counter = rises.get(used.group());
                boolean rated = RISING.matcher(query.getValue().substring(0, used.start())).find();
                if (counter == null) {
                    bad.add(query.getKey() + ": no such metric " + used.group());
                } else if (counter != rated) {
                    bad.add(
                            query.getKey()
                                    + (counter
                                            ? ": a counter without rate: "
                                            : ": the rate of a gauge: ")
                                    + used.group());
                }
            }
        }
        assertEquals(List.of(), bad);
    }

    /** Every sample that Prometheus has of our metrics, and whether it only grows. */
    private static Map<String, Boolean> samples() {
        Map<String, Boolean> rises = new HashMap<>();
        for (MetricName metric : MetricName.values()) {
            String name = metric.prometheusName();
            switch (metric.kind()) {
                case COUNTER -> rises.put(name, true);
                case GAUGE -> rises.put(name, false);
                case TIMER -> {
                    rises.put(name + "_count", true);
                    rises.put(name + "_sum", true);
                    rises.put(name + "_max", false);
                }
            }
        }
        return rises;
    }

    @Test
    void theDashboardIsWellFormed() throws Exception {
        JsonNode dashboard = Queries.dashboard();
        assertEquals("Forebay", dashboard.path("title").asText());
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asText();
            assertTrue(!title.isBlank() && ids.add(panel.path("id").asInt()), panel::toString);
            JsonNode place = panel.path("gridPos");
            int right = place.path("x").asInt() + place.path("w").asInt();
            assertTrue(place.path("h").asInt() > 0 && right <= GRID_WIDTH, title);
            for (int x = place.path("x").asInt(); x < right; x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    String cell = x + " " + (place.path("y").asInt() + y);
                    assertTrue(cells.add(cell), title + " covers another panel");
                }
            }
            if (!panel.path("type").asText().equals("row")) {
                assertEquals("${datasource}", panel.path("datasource").path("uid").asText());
                assertTrue(panel.path("description").asText().endsWith("."), title);
                assertTrue(!panel.path("targets").isEmpty(), title);
            }
        }
        assertTrue(ids.size() > 10, "it has panels");
    }

    @Test
    void everyAlertSaysWhatToDo() throws Exception {
        for (JsonNode rule : Queries.alerts().path("groups").path(0).path("rules")) {
            String name = rule.path("alert").asText();
            assertTrue(name.startsWith("Forebay"), name);
            assertTrue(
                    Set.of("critical", "warning")
                            .contains(rule.path("labels").path("severity").asText()),
                    name);
            assertTrue(rule.path("annotations").path("summary").asText().endsWith("."), name);
            assertTrue(rule.path("annotations").path("action").asText().endsWith("."), name);
        }
        assertTrue(
                Queries.ofAlerts()
                        .keySet()
                        .containsAll(
                                Set.of(
                                        "ForebayLossWindow",
                                        "ForebayFlushFailing",
                                        "ForebayStagingNearlyFull",
                                        "ForebayWorkerMissing",
                                        "ForebayMountGone")));
    }

    /** Prometheus' own tool understands all of it, and the alerts fire when they should. */
    @Test
    void prometheusUnderstandsThem() throws Exception {
        String tool = promtool();
        run(tool, "check", "rules", Queries.ALERTS.toString());
        run(tool, "test", "rules", Queries.ALERTS_TEST.toString());
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        int number = 0;
        for (String query : Queries.ofDashboard().values()) {
            rules.append("      - record: panel:").append(number++).append("\n        expr: >-\n");
            rules.append("          ").append(query.replace("$__rate_interval", "5m")).append('\n');
        }
        Path file = Files.writeString(directory.resolve("dashboard.yml"), rules);
        run(tool, "check", "rules", file.toString());
    }

    private static String promtool() {
        List<String> folders = List.of(System.getenv("PATH").split(":"));
        boolean there =
                folders.stream().anyMatch(each -> Files.isExecutable(Path.of(each, "promtool")));
        String otherwise = "promtool is missing: apt-get install -y prometheus";
        if (!there) {
            System.out.println("SKIPPED: " + otherwise);
        }
        Assumptions.assumeTrue(there, otherwise);
        return "promtool";
    }

    private void run(String... words) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "promtool does not end");
            assertEquals(0, process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private static Map<String, String> all() throws IOException {
        Map<String, String> queries = new HashMap<>(Queries.ofAlerts());
        Queries.ofDashboard().forEach((place, query) -> queries.put("panel " + place, query));
        assertEquals(
                Stream.of(Queries.ofAlerts(), Queries.ofDashboard()).mapToInt(Map::size).sum(),
                queries.size(),
                "each place has a name of its own");
        return queries;
    }
}
