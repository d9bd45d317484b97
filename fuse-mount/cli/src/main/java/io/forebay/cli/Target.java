package io.forebay.cli;

import io.forebay.cli.graphql.ControlPlane;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.Registry;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.nio.file.Path;

/** What a path on a mount means to the control plane. */
record Target(ControlPlane controlPlane, String workspace, String path) {

    static Target of(Path given) {
        Path absolute = MountTable.canonical(given);
        StateDirectory state = Registry.holding(absolute);
        Settings settings = state.settings().orElseThrow();
        Path inside = Path.of(settings.mountPoint()).relativize(absolute);
        return new Target(
                new ControlPlane(StateOption.portsOf(state).graphql()),
                settings.workspace(),
                "/" + inside);
    }
}
