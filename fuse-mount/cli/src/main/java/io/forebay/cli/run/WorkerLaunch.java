package io.forebay.cli.run;

import io.forebay.cli.prepare.AwsVariables;
import io.forebay.cli.prepare.Installation;
import io.forebay.cli.state.ProcessName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The command line and environment of a worker; keys are in the environment alone. */
public final class WorkerLaunch {
    private static final String HEAP = "256m";

    /** Bounds the parts of uploads in flight. */
    private static final String DIRECT_MEMORY = "256m";

    private final Installation installation;
    private final Map<String, String> settings = new TreeMap<>();

    public WorkerLaunch(Installation installation) {
        this.installation = installation;
        set("quarkus.http.host", "127.0.0.1");
    }

    /** One key of the worker's configuration. */
    public WorkerLaunch set(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    /** A directory of its own, on the fastest disk; the socket lies beside it. */
    public WorkerLaunch staging(Path directory, Path socket) {
        return set("forebay.worker.staging-directory", directory)
                .set("forebay.worker.socket", socket);
    }

    /** Where mounts of other nodes and other workers reach it. */
    public WorkerLaunch listen(String host, int port) {
        return set("quarkus.grpc.server.host", host).set("quarkus.grpc.server.port", port);
    }

    public List<String> command() {
        List<String> command =
                new ArrayList<>(installation.java(ProcessName.WORKER.fileName(), HEAP));
        command.add("-XX:MaxDirectMemorySize=" + DIRECT_MEMORY);
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", installation.worker().toString()));
        return command;
    }

    /** Keys replace all that the worker would inherit: a token of others would spoil them. */
    public static Map<String, String> environment(AwsVariables.Keys keys) {
        String accessKey = keys.accessKey();
        String secretKey = keys.secretKey();
        if (accessKey == null || secretKey == null) {
            return Map.of();
        }
        return Map.of(
                "FOREBAY_S3_ACCESS_KEY", accessKey,
                "FOREBAY_S3_SECRET_KEY", secretKey,
                "FOREBAY_S3_SESSION_TOKEN", Objects.requireNonNullElse(keys.sessionToken(), ""));
    }
}
