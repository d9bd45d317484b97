package io.forebay.cli.prepare;

import io.forebay.cli.state.Ports;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.nio.file.Path;

/** One running set of processes: what it remembers, and what it was given. */
public record Instance(
        StateDirectory state,
        Settings settings,
        Ports ports,
        Installation installation,
        StoreAccess access) {
    /** One machine is one node, whatever its host name becomes. */
    public static final String NODE = "local";

    public Path mountPoint() {
        return Path.of(settings.mountPoint());
    }
}
