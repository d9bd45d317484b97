package io.forebay.server.wiring;

import io.forebay.metadata.Metadata;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The checked configuration.
 *
 * @param stateDirectory absolute
 * @param scanMillis between the begins of two looks at a bucket; 0: none
 */
record ServerSettings(Path stateDirectory, long scanMillis) {
    static final String BUCKET_SCAN_SECONDS = "forebay.bucket-scan-seconds";

    /** A day: whoever wants less says 0. */
    private static final int SCAN_SECONDS_MAX = 86_400;

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
            Path path = Path.of(directory).toAbsolutePath().normalize();
            return new ServerSettings(path, scanMillis(mapping));
        } catch (InvalidPathException e) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "The state directory is not a path: correct " + STATE_DIRECTORY + ".",
                            e)
                    .with("value", directory);
        }
    }

    private static long scanMillis(ServerMapping mapping) {
        String text = mapping.bucketScanSeconds().map(String::strip).orElse("");
        if (text.isEmpty()) {
            return Metadata.SCAN_MILLIS;
        }
        boolean number = text.matches("[0-9]{1,5}");
        if (!number || Integer.parseInt(text) > SCAN_SECONDS_MAX) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            BUCKET_SCAN_SECONDS
                                    + " is a number of seconds between 0 (never) and 86400.")
                    .with("value", text);
        }
        return TimeUnit.SECONDS.toMillis(Integer.parseInt(text));
    }
}
