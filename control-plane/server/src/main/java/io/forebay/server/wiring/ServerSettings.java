package io.forebay.server.wiring;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The checked configuration.
 *
 * @param stateDirectory absolute
 */
record ServerSettings(Path stateDirectory) {
    static final String STATE_DIRECTORY = "forebay.state.directory";

    static ServerSettings of(ServerMapping mapping) {
        String directory =
                mapping.stateDirectory()
                        .filter(text -> !text.isBlank())
                        .orElseThrow(() ->
                                new ForebayException(
                                        FailureKind.FAILURE_INVALID,
                                        "There is no state directory: name one with "
                                                + STATE_DIRECTORY
                                                + "."));
        try {
            return new ServerSettings(Path.of(directory).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "The state directory is not a path: correct " + STATE_DIRECTORY + ".",
                            e)
                    .with("value", directory);
        }
    }
}
