package io.forebay.cli.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Checks of a workspace, as the control plane runs them: its reports in its own words. */
public final class Checks {
    private static final Duration QUICK = Duration.ofSeconds(30);

    private static final String FIELDS =
            """
            { state repair deep started ended message clean
              looked { what count }
              counts { code severity advice left repaired }
              findings { code severity path subject detail repaired }
              unchecked { part reason } }
            """;

    private final GraphQlClient client;

    public Checks(int port) {
        this.client = new GraphQlClient(URI.create("http://127.0.0.1:" + port + "/graphql"));
    }

    /** Starts one, unless one runs; either is answered. */
    public JsonNode start(String workspace, boolean repair, boolean deep) {
        return client.ask(
                        "mutation($workspace: String!, $repair: Boolean!, $deep: Boolean!)"
                                + " { fsck(workspace: $workspace, repair: $repair, deep: $deep) "
                                + FIELDS
                                + " }",
                        Map.of("workspace", workspace, "repair", repair, "deep", deep),
                        QUICK)
                .path("fsck");
    }

    /** Null node where the control plane has begun anew since. */
    public JsonNode last(String workspace) {
        return client.ask(
                        "query($workspace: String!) { lastFsck(workspace: $workspace) "
                                + FIELDS
                                + " }",
                        Map.of("workspace", workspace),
                        QUICK)
                .path("lastFsck");
    }
}
