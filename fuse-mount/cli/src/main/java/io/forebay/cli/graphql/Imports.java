package io.forebay.cli.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Imports of a workspace from its bucket, as the control plane runs them. */
public final class Imports {
    private static final Duration QUICK = Duration.ofSeconds(10);

    private static final String FIELDS =
            "{ state files directories present skipped skippedObjects { key reason } message }";

    private final GraphQlClient client;

    public Imports(int port) {
        this.client = new GraphQlClient(URI.create("http://127.0.0.1:" + port + "/graphql"));
    }

    /** How far it is, with key and reason of what was left alone. */
    public record Progress(
            String state,
            long files,
            long directories,
            long present,
            long skipped,
            List<String> skips,
            String message) {
        public Progress {
            skips = List.copyOf(skips);
        }

        public boolean running() {
            return state.equals("RUNNING");
        }

        public boolean failed() {
            return state.equals("FAILED");
        }
    }

    /** Starts it, unless it runs. */
    public Progress start(String workspace, int uid, int gid) {
        return progress(
                client.ask(
                                "mutation($name: String!, $uid: Int!, $gid: Int!)"
                                        + " { importWorkspace(name: $name, uid: $uid, gid: $gid) "
                                        + FIELDS
                                        + " }",
                                Map.of("name", workspace, "uid", uid, "gid", gid),
                                QUICK)
                        .path("importWorkspace"));
    }

    public Progress last(String workspace) {
        return progress(
                client.ask(
                                "query($name: String!) { lastImport(workspace: $name) "
                                        + FIELDS
                                        + " }",
                                Map.of("name", workspace),
                                QUICK)
                        .path("lastImport"));
    }

    private static Progress progress(JsonNode found) {
        List<String> skips = new ArrayList<>();
        found.path("skippedObjects")
                .forEach(skip ->
                        skips.add(skip.path("key").asText() + ": " + skip.path("reason").asText()));
        return new Progress(
                found.path("state").asText(),
                found.path("files").asLong(),
                found.path("directories").asLong(),
                found.path("present").asLong(),
                found.path("skipped").asLong(),
                skips,
                found.path("message").asText());
    }
}
