package io.forebay.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the dashboard and the alert rules ask Prometheus for, each by the name of its place. */
final class Queries {
    static final Path DASHBOARD = Path.of("grafana/forebay.json");
    static final Path ALERTS = Path.of("prometheus/forebay-alerts.yml");
    static final Path ALERTS_TEST = Path.of("prometheus/forebay-alerts-test.yml");

    private Queries() {}

    static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(DASHBOARD.toFile());
    }

    static JsonNode alerts() throws IOException {
        return new ObjectMapper(new YAMLFactory()).readTree(ALERTS.toFile());
    }

    static Map<String, String> ofDashboard() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode panel : dashboard().path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String place = panel.path("title").asText() + " " + target.path("refId").asText();
                queries.put(place, target.path("expr").asText());
            }
        }
        return queries;
    }

    static Map<String, String> ofAlerts() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonNode group : alerts().path("groups")) {
            for (JsonNode rule : group.path("rules")) {
                queries.put(rule.path("alert").asText(), rule.path("expr").asText());
            }
        }
        return queries;
    }
}
