package io.forebay.mount.holder;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The command line: what is the holder's own, and the rest, which is the mount process's.
 *
 * @param record where to write which process serves; empty: nowhere
 * @param hang a request that is stuck for longer gets the mount process replaced; zero: never
 * @param jvm flags of the mount process's virtual machine
 * @param restart hand over, rather than mount
 * @param library a library has the descriptor, not the mount process: nothing can be handed over
 */
record HolderArguments(
        Path mountPoint,
        Optional<Path> record,
        Duration hang,
        List<String> jvm,
        boolean restart,
        boolean library,
        List<String> mount) {
    static final String USAGE =
            "usage: [--restart DIR | [--record FILE] [--hang-seconds N] [--jvm=FLAG]... MOUNT"
                    + " ARGUMENTS]";

    /**
     * Above every bound that the mount itself has: an open may wait 15 minutes for a file to come
     * back from the bucket.
     */
    private static final int HANG_DEFAULT_SECONDS = 20 * 60;

    /** Below, the signs of life would be too rare. */
    private static final int HANG_MIN_SECONDS = 10;

    /** The mount process's own argument that means so. */
    private static final List<String> LIBRARY = List.of("--fuse", "jnr");

    static final String NO_HAND_OVER =
            "a mount by jnr-fuse ends with its process and cannot be handed over: stop it and mount"
                    + " again";

    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static HolderArguments parse(String... arguments) {
        List<String> rest = new ArrayList<>(List.of(arguments));
        List<String> jvm = new ArrayList<>();
        rest.removeIf(word -> word.startsWith("--jvm=") && jvm.add(word.substring(6)));
        Optional<String> record = take(rest, "--record");
        Duration hang = take(rest, "--hang-seconds").map(HolderArguments::hang).orElse(null);
        Optional<String> restart = take(rest, "--restart");
        boolean library = Collections.indexOfSubList(rest, LIBRARY) >= 0;
        if (restart.isPresent() && library) {
            throw new UsageException(NO_HAND_OVER);
        }
        if (restart.isPresent() && !rest.isEmpty()) {
            throw new UsageException(
                    "--restart takes only the mount's directory, not " + rest.getFirst());
        }
        int at = rest.indexOf("--mount-point");
        String mountPoint = restart.orElse(at >= 0 && at + 1 < rest.size() ? rest.get(at + 1) : "");
        if (mountPoint.isEmpty()) {
            throw new UsageException("--mount-point is missing");
        }
        return new HolderArguments(
                Path.of(mountPoint).toAbsolutePath().normalize(),
                record.map(Path::of),
                hang == null ? Duration.ofSeconds(HANG_DEFAULT_SECONDS) : hang,
                jvm,
                restart.isPresent(),
                library,
                rest);
    }

    private static Duration hang(String text) {
        int seconds;
        try {
            seconds = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            seconds = -1;
        }
        if (seconds != 0 && seconds < HANG_MIN_SECONDS) {
            throw new UsageException(
                    "--hang-seconds must be 0 (never) or at least "
                            + HANG_MIN_SECONDS
                            + ": "
                            + text);
        }
        return Duration.ofSeconds(seconds);
    }

    /** Takes a key and its value out. */
    private static Optional<String> take(List<String> rest, String key) {
        int at = rest.indexOf(key);
        if (at < 0) {
            return Optional.empty();
        }
        rest.remove(at);
        if (at == rest.size()) {
            throw new UsageException(key + " needs a value; " + USAGE);
        }
        return Optional.of(rest.remove(at));
    }
}
