package io.forebay.cli.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import io.forebay.cli.state.Settings.BucketAt;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the command line asks of the control plane. */
public final class ControlPlane {
    /** A probe of the bucket by the worker is behind the slowest answer, with its own retries. */
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(90);

    private static final Duration QUICK = Duration.ofSeconds(10);

    private static final String FIELDS =
            "name bucket prefix dirtyBytes dirtyFiles lossWindowSeconds";

    private final GraphQlClient client;

    public ControlPlane(int port) {
        this.client = new GraphQlClient(URI.create("http://127.0.0.1:" + port + "/graphql"));
    }

    /** A workspace and how far behind its bucket is. */
    public record Workspace(
            String name,
            String bucket,
            String prefix,
            long dirtyBytes,
            long dirtyFiles,
            double lossWindowSeconds) {}

    /**
     * What a worker found.
     *
     * @param code of a failure, empty where there is none
     */
    public record LocationCheck(String code, String message) {}

    /** What a flush answered: path and reason of each file that is stuck. */
    public record Flushed(boolean settled, long pendingFiles, List<String> failures) {
        public Flushed {
            failures = List.copyOf(failures);
        }
    }

    public Optional<Workspace> workspace(String name) {
        JsonNode found =
                client.ask(
                                "query($name: String!) { workspace(name: $name) { "
                                        + FIELDS
                                        + " } }",
                                Map.of("name", name),
                                QUICK)
                        .path("workspace");
        return found.isObject() ? Optional.of(read(found)) : Optional.empty();
    }

    public void createWorkspace(String name, BucketAt at, int flushDelayMillis) {
        client.ask(
                "mutation($input: CreateWorkspaceInput!)"
                        + " { createWorkspace(input: $input) { name } }",
                Map.of(
                        "input",
                        Map.of(
                                "name",
                                name,
                                "bucket",
                                at.bucket(),
                                "prefix",
                                at.prefix(),
                                "flushDelayMillis",
                                flushDelayMillis)),
                PROBE_TIMEOUT);
    }

    /** Whether a worker can use the bucket now. */
    public LocationCheck checkWorkspace(String name) {
        JsonNode check =
                client.ask(
                                "mutation($name: String!)"
                                        + " { checkWorkspace(name: $name) { code message } }",
                                Map.of("name", name),
                                PROBE_TIMEOUT)
                        .path("checkWorkspace");
        return new LocationCheck(check.path("code").asText(""), check.path("message").asText());
    }

    /** Without wait, answers at once. */
    public Flushed flush(String workspace, String path, boolean wait, int timeoutSeconds) {
        JsonNode result =
                client.ask(
                                """
                                mutation(
                                  $workspace: String!, $path: String!,
                                  $wait: Boolean!, $seconds: Int!
                                ) {
                                  flush(workspace: $workspace, path: $path,
                                        wait: $wait, timeoutSeconds: $seconds) {
                                    settled pendingFiles failures { path error } } }
                                """,
                                Map.of(
                                        "workspace", workspace,
                                        "path", path,
                                        "wait", wait,
                                        "seconds", timeoutSeconds),
                                Duration.ofSeconds(timeoutSeconds).plus(QUICK))
                        .path("flush");
        List<String> failures = new ArrayList<>();
        result.path("failures")
                .forEach(failure ->
                        failures.add(
                                failure.path("path").asText()
                                        + ": "
                                        + failure.path("error").asText()));
        return new Flushed(
                result.path("settled").asBoolean(), result.path("pendingFiles").asLong(), failures);
    }

    /** How many files were asked to go. */
    public long evict(String workspace, String path) {
        return client.ask(
                        """
                        mutation($workspace: String!, $path: String!) {
                          evict(workspace: $workspace, path: $path) { requested } }
                        """,
                        Map.of("workspace", workspace, "path", path),
                        QUICK)
                .path("evict")
                .path("requested")
                .asLong();
    }

    /**
     * Where the versions of a conflict are, empty for what is not kept.
     *
     * @param ours the file's content
     * @param theirs the others' object
     */
    public record Resolved(String ours, String theirs) {}

    /**
     * @param keep as the schema has it
     */
    public Resolved resolveConflict(String workspace, String path, String keep) {
        JsonNode result =
                client.ask(
                                """
                                mutation($workspace: String!, $path: String!, $keep: Keep!) {
                                  resolveConflict(
                                    workspace: $workspace, path: $path, keep: $keep
                                  ) { ours theirs } }
                                """,
                                Map.of("workspace", workspace, "path", path, "keep", keep),
                                QUICK)
                        .path("resolveConflict");
        return new Resolved(result.path("ours").asText(""), result.path("theirs").asText(""));
    }

    private static Workspace read(JsonNode found) {
        return new Workspace(
                found.path("name").asText(),
                found.path("bucket").asText(),
                found.path("prefix").asText(),
                found.path("dirtyBytes").asLong(),
                found.path("dirtyFiles").asLong(),
                found.path("lossWindowSeconds").asDouble());
    }
}
