package io.forebay.cli.prepare;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Ports;
import io.forebay.cli.state.StateDirectory;
import java.util.function.Consumer;

/** Keeps the remembered ports where they are free; never replaces one that the user gave. */
final class PortChoice {
    private final StateDirectory state;
    private final Consumer<String> say;

    PortChoice(StateDirectory state, Consumer<String> say) {
        this.state = state;
        this.say = say;
    }

    Ports choose(UpRequest.GivenPorts given) {
        requireFree("--http-port", given.graphql());
        requireFree("--s3-port", given.objectStore());
        Ports ports = state.ports().map(this::keepOrReplace).orElseGet(this::fresh);
        if (given.graphql() != 0) {
            ports = ports.withGraphql(given.graphql());
        }
        return given.objectStore() == 0 ? ports : ports.withObjectStore(given.objectStore());
    }

    private Ports keepOrReplace(Ports remembered) {
        if (remembered.allFree()) {
            return remembered;
        }
        Ports other = fresh();
        say.accept(
                "A remembered port is taken by another program; GraphQL moves from "
                        + remembered.graphql()
                        + " to "
                        + other.graphql()
                        + ".");
        return other;
    }

    private Ports fresh() {
        return Ports.choose(state.root());
    }

    private static void requireFree(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new CliFailure(option + " " + port + ": a port is between 1 and 65535");
        }
        if (port != 0 && !Ports.free(port)) {
            throw new CliFailure(
                    option
                            + " "
                            + port
                            + " is taken by another program: choose another port, or leave the"
                            + " option out");
        }
    }
}
