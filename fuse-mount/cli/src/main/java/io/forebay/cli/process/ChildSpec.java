package io.forebay.cli.process;

import io.forebay.cli.state.ProcessName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A process to start. What is secret stands in the environment, where only its user can read it.
 */
public record ChildSpec(
        ProcessName name, List<String> command, Map<String, String> environment, Path log) {
    public ChildSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
