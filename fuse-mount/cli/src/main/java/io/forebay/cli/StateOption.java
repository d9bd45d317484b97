package io.forebay.cli;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Ports;
import io.forebay.cli.state.StateDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --state}: which instance is meant. */
final class StateOption {
    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "all state of the instance (default: $XDG_DATA_HOME/forebay/default)")
    @Nullable Path state;

    StateDirectory directory() {
        return StateDirectory.of(state == null ? StateDirectory.defaultRoot() : state);
    }

    static Ports portsOf(StateDirectory state) {
        return state.ports()
                .orElseThrow(() ->
                        new CliFailure(
                                "no instance was ever started in "
                                        + state.root()
                                        + ": `forebay up` starts one"));
    }
}
