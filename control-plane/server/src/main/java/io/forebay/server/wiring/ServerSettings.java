package io.forebay.server.wiring;

import io.forebay.metadata.Metadata;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The checked configuration.
 *
 * @param stateDirectory absolute
 * @param scanMillis between the begins of two looks at a bucket; 0: none
 * @param workerLost how long a worker may be silent before another one takes its place
 */
record ServerSettings(Path stateDirectory, long scanMillis, Duration workerLost) {
    static final String BUCKET_SCAN_SECONDS = "forebay.bucket-scan-seconds";

    /** A day: whoever wants less says 0. */
    private static final int SCAN_SECONDS_MAX = 86_400;

    static final String STATE_DIRECTORY = "forebay.state.directory";

    private static final String WORKER_LOST = "forebay.worker.lost-seconds";

    /** Two heartbeats may be missed on a busy machine. */
    private static final Duration WORKER_LOST_MIN = Duration.ofSeconds(5);

    private static final Duration WORKER_LOST_MAX = Duration.ofHours(1);

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
            return new ServerSettings(
                    Path.of(directory).toAbsolutePath().normalize(),
                    scanMillis(mapping),
                    workerLost(mapping.workerLostSeconds()));
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

    private static Duration workerLost(Optional<String> value) {
        Optional<String> text = value.map(String::strip).filter(given -> !given.isEmpty());
        if (text.isEmpty()) {
            return Metadata.LOST;
        }
        try {
            Duration lost = Duration.ofSeconds(Long.parseLong(text.get()));
            if (lost.compareTo(WORKER_LOST_MIN) >= 0 && lost.compareTo(WORKER_LOST_MAX) <= 0) {
                return lost;
            }
        } catch (NumberFormatException e) {
            // Answered below, as a number out of range is.
        }
        throw new ForebayException(
                        FailureKind.FAILURE_INVALID,
                        "The time must be a number of seconds, 5 to 3600: correct "
                                + WORKER_LOST
                                + ".")
                .with("value", text.get());
    }
}
