package io.forebay.cli.prepare;

import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Room on the disk that holds the state. */
public final class Space {
    /** Metadata, its log and our logs need some even when nothing is staged. */
    private static final long FREE_BYTES_MIN = 256L << 20;

    /**
     * Where files are staged: uploading them makes room, which takes a start. It is what the
     * metadata's log takes until then.
     */
    private static final long FREE_BYTES_MIN_STAGED = 16L << 20;

    private Space() {}

    /** Fails where there is too little to start with. */
    public static void check(StateDirectory state) {
        long free = usableBytes(state.root());
        if (free >= FREE_BYTES_MIN) {
            return;
        }
        boolean staged = stagedBytes(state.staging()) > 0;
        long needed = staged ? FREE_BYTES_MIN_STAGED : FREE_BYTES_MIN;
        if (free < needed) {
            throw new CliFailure(
                    "the disk of "
                            + state.root()
                            + " has "
                            + (free >> 20)
                            + " MiB left and at least "
                            + (needed >> 20)
                            + " are needed: free some"
                            + (staged
                                    ? ", but nothing below that directory: it holds files that"
                                            + " may not be uploaded yet"
                                    : ", or name another place with --state"));
        }
    }

    /** What the worker may stage: nine tenths of what is free or staged already. */
    public static long capacityBytes(StateDirectory state) {
        return (usableBytes(state.root()) + stagedBytes(state.staging())) / 10 * 9;
    }

    private static long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException failed) {
            throw new CliFailure("cannot see the free space of " + directory, failed);
        }
    }

    private static long stagedBytes(Path staging) {
        try (Stream<Path> files = Files.walk(staging)) {
            return files.mapToLong(Space::sizeOf).sum();
        } catch (IOException | UncheckedIOException changing) {
            return 0;
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException gone) {
            return 0;
        }
    }
}
