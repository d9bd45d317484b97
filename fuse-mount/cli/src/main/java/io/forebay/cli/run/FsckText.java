package io.forebay.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The report of a check for people: what was found, what it means, and what was not checked. */
public final class FsckText {
    private FsckText() {}

    /** By line. */
    public static List<String> lines(JsonNode report) {
        List<String> lines = new ArrayList<>();
        for (JsonNode count : report.path("counts")) {
            kind(report, count, lines);
        }
        for (JsonNode part : report.path("unchecked")) {
            lines.add("UNCHECKED " + text(part, "part") + ": " + text(part, "reason"));
        }
        if (!text(report, "message").isEmpty()) {
            lines.add("UNCHECKED the rest: " + text(report, "message"));
        }
        List<String> looked = new ArrayList<>();
        for (JsonNode each : report.path("looked")) {
            looked.add(each.path("count").asLong() + " " + text(each, "what"));
        }
        lines.add("Looked at " + String.join(", ", looked) + ".");
        lines.add(
                report.path("clean").asBoolean()
                        ? "Clean."
                        : report.path("unchecked").isEmpty() && text(report, "message").isEmpty()
                                ? "Not clean."
                                : "Not clean, or not known to be: not all was checked.");
        return lines;
    }

    private static void kind(JsonNode report, JsonNode count, List<String> lines) {
        String code = text(count, "code");
        long left = count.path("left").asLong();
        long repaired = count.path("repaired").asLong();
        lines.add(
                text(count, "severity")
                        + " "
                        + code
                        + ": "
                        + left
                        + " left, "
                        + repaired
                        + " repaired. "
                        + text(count, "advice"));
        long told = 0;
        for (JsonNode finding : report.path("findings")) {
            if (text(finding, "code").equals(code)) {
                lines.add("  " + line(finding));
                told++;
            }
        }
        if (told < left + repaired) {
            lines.add(
                    "  ... and "
                            + (left + repaired - told)
                            + " more: the control plane's log has them (event=fsck.found)");
        }
    }

    private static String line(JsonNode finding) {
        String path = finding.path("path").isNull() ? "" : text(finding, "path") + " ";
        return path
                + "("
                + text(finding, "subject")
                + "): "
                + text(finding, "detail")
                + (finding.path("repaired").asBoolean() ? "; repaired" : "");
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asText();
    }
}
