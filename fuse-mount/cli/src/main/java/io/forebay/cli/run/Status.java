package io.forebay.cli.run;

import io.forebay.cli.graphql.ControlPlane;
import io.forebay.cli.graphql.GraphQlFailure;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Ports;
import io.forebay.cli.state.ProcessName;
import io.forebay.cli.state.ProcessRecord;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An instance as {@code status} shows it; the names of the components are those of its JSON.
 *
 * @param running whether a supervisor watches it
 * @param ready whether its mount answered and no stop has begun
 * @param workspace null when the control plane does not answer
 */
public record Status(
        boolean running,
        boolean ready,
        String state,
        @Nullable Settings settings,
        Map<String, String> endpoints,
        List<Running> processes,
        ControlPlane.@Nullable Workspace workspace) {

    public Status {
        endpoints = Map.copyOf(endpoints);
        processes = List.copyOf(processes);
    }

    /** One process of the instance. */
    public record Running(String name, long pid, boolean alive, long residentBytes) {}

    public static Status of(StateDirectory state) {
        Settings settings = state.settings().orElse(null);
        Ports ports = state.ports().orElse(null);
        boolean running = state.supervisor().filter(ProcessRecord::alive).isPresent();
        return new Status(
                running,
                running && java.nio.file.Files.exists(state.readyMark()),
                state.root().toString(),
                settings == null ? null : withoutSecret(settings),
                settings == null || ports == null ? Map.of() : endpoints(settings, ports),
                processes(state),
                running && settings != null && ports != null ? ask(settings, ports) : null);
    }

    private static Settings withoutSecret(Settings settings) {
        return new Settings(
                settings.mountPoint(),
                settings.workspace(),
                settings.bucket(),
                settings.fuse(),
                settings.passthrough(),
                settings.flushDelayMillis(),
                new Settings.LocalKeys(settings.localKeys().accessKey(), ""),
                settings.listen());
    }

    private static Map<String, String> endpoints(Settings settings, Ports ports) {
        Map<String, String> endpoints = new TreeMap<>();
        endpoints.put("graphql", "http://127.0.0.1:" + ports.graphql() + "/graphql");
        endpoints.put("controlPlaneMetrics", "http://127.0.0.1:" + ports.graphql() + "/q/metrics");
        endpoints.put("workerMetrics", "http://127.0.0.1:" + ports.worker() + "/q/metrics");
        endpoints.put("mountMetrics", "http://127.0.0.1:" + ports.mount() + "/q/metrics");
        endpoints.put("grpc", settings.dialAddress() + ":" + ports.grpc());
        endpoints.put(
                "s3",
                Objects.requireNonNullElse(
                        settings.bucket().endpoint(), "http://127.0.0.1:" + ports.objectStore()));
        return endpoints;
    }

    private static List<Running> processes(StateDirectory state) {
        List<Running> processes = new ArrayList<>();
        state.supervisor().ifPresent(record -> processes.add(running("supervisor", record)));
        for (ProcessName name : ProcessName.values()) {
            state.process(name).ifPresent(record -> processes.add(running(name.label(), record)));
        }
        return processes;
    }

    private static Running running(String name, ProcessRecord record) {
        boolean alive = record.alive();
        return new Running(name, record.pid(), alive, alive ? record.residentBytes() : 0);
    }

    private static ControlPlane.@Nullable Workspace ask(Settings settings, Ports ports) {
        try {
            return new ControlPlane(ports.graphql()).workspace(settings.workspace()).orElse(null);
        } catch (CliFailure | GraphQlFailure silent) {
            return null;
        }
    }

    /** For people. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add((running ? ready ? "ready" : "starting or stopping" : "not running"));
        lines.add("  state        " + state);
        if (settings != null) {
            lines.add("  mount        " + settings.mountPoint());
        }
        if (workspace != null) {
            lines.add(
                    "  workspace    %s -> s3://%s/%s"
                            .formatted(workspace.name(), workspace.bucket(), workspace.prefix()));
            lines.add(
                    "  to upload    %,d bytes in %,d files, the oldest %.1f s old"
                            .formatted(
                                    workspace.dirtyBytes(),
                                    workspace.dirtyFiles(),
                                    workspace.lossWindowSeconds()));
        }
        for (Running process : processes) {
            lines.add(
                    "  %-14s pid %d, %s"
                            .formatted(
                                    process.name(),
                                    process.pid(),
                                    process.alive()
                                            ? (process.residentBytes() >> 20) + " MiB resident"
                                            : "ended"));
        }
        if (running) {
            new TreeMap<>(endpoints)
                    .forEach((name, where) -> lines.add("  %-20s %s".formatted(name, where)));
        }
        return lines;
    }
}
