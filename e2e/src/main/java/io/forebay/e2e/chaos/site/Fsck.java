package io.forebay.e2e.chaos.site;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.system.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The product's own check of the default workspace. */
record Fsck(Deployment deployment) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final String UNCHECKED = "not all was looked at: ";

    private static final String FIELDS =
            "{ state message clean findings { code severity path subject detail }"
                    + " unchecked { part reason } }";

    /**
     * What a check says that is not as it should be; empty where it is clean.
     *
     * @return findings and, where there are none, what was not looked at
     */
    List<String> complaints() throws Exception {
        JsonNode[] last = {
            deployment
                    .graphql("mutation { fsck(workspace: \"default\") " + FIELDS + " }", Map.of())
                    .path("fsck")
        };
        Eventually.holds(
                "the check ends",
                LIMIT,
                () -> {
                    last[0] = last();
                    return !last[0].path("state").asText().equals("RUNNING");
                });
        List<String> all = new ArrayList<>();
        for (JsonNode finding : last[0].path("findings")) {
            if (!finding.path("severity").asText().equals("NOTE")) {
                all.add(finding.toString());
            }
        }
        if (all.isEmpty() && !last[0].path("clean").asBoolean()) {
            all.add(UNCHECKED + last[0].path("unchecked") + " " + last[0].path("message"));
        }
        return all;
    }

    private JsonNode last() {
        return deployment
                .graphql("{ lastFsck(workspace: \"default\") " + FIELDS + " }", Map.of())
                .path("lastFsck");
    }

    /** Whether there is nothing but parts that were not looked at, which passes. */
    static boolean isIncomplete(List<String> complaints) {
        return complaints.stream().allMatch(each -> each.startsWith(UNCHECKED))
                && !complaints.isEmpty();
    }
}
