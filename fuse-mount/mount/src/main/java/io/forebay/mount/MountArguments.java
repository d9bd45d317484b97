package io.forebay.mount;

import io.forebay.fuse.session.MountFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The command line.
 *
 * @param fuse what speaks with the kernel
 * @param threads that answer the kernel
 * @param httpPort of health and metrics; 0: none
 * @param source what the mount table shows
 * @param flags of mount(2)
 * @param holder the socket of the process that keeps the mount; empty: nobody does
 */
record MountArguments(
        String host,
        int port,
        String workspace,
        Path mountPoint,
        String node,
        Fuse fuse,
        boolean passthrough,
        boolean allowOther,
        int threads,
        int httpPort,
        String source,
        Set<MountFlag> flags,
        Optional<Path> holder) {
    static final String USAGE =
            "usage: mount --control-plane HOST:PORT --workspace NAME --mount-point DIR --node NAME"
                    + " [--fuse kernel|jnr] [--no-passthrough] [--allow-other] [--threads N] [--http-port P]"
                    + " [--source NAME] [--options ro,noexec,...]";

    /**
     * They wait for the control plane more than they compute; each holds two buffers of 1 MiB on
     * the daemon path.
     */
    private static final int THREADS_DEFAULT = 16;

    private static final int THREADS_MAX = 64;
    private static final int PORT_MAX = 65_535;

    private static final String HOLDER = "--holder";
    private static final String FUSE = "--fuse";
    private static final String OPTIONS = "--options";
    private static final Pattern COMMA = Pattern.compile(",");

    private static final List<String> KEYS =
            List.of(
                    "--control-plane",
                    "--workspace",
                    "--mount-point",
                    "--node",
                    FUSE,
                    "--no-passthrough",
                    "--allow-other",
                    "--threads",
                    "--http-port",
                    "--source",
                    OPTIONS,
                    HOLDER);

    /** What speaks with the kernel. */
    enum Fuse {
        /** This process, by the kernel's own protocol. */
        KERNEL,
        /** libfuse 2, by jnr-fuse. */
        JNR;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private static Fuse of(String word) {
            return Arrays.stream(values())
                    .filter(each -> each.word().equals(word))
                    .findFirst()
                    .orElseThrow(
                            () -> new UsageException(FUSE + " must be kernel or jnr: " + word));
        }
    }

    /** A command line that cannot be used; the message says how it must be. */
    static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static MountArguments parse(String... arguments) {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        boolean passthrough = !rest.remove("--no-passthrough");
        boolean allowOther = rest.remove("--allow-other");
        String address = required(rest, "--control-plane");
        String workspace = required(rest, "--workspace");
        String mountPoint = required(rest, "--mount-point");
        String node = required(rest, "--node");
        Fuse fuse = takeFuse(rest);
        int threads =
                take(rest, "--threads")
                        .map(text -> number("--threads", text, 1, THREADS_MAX))
                        .orElse(THREADS_DEFAULT);
        int httpPort =
                take(rest, "--http-port")
                        .map(text -> number("--http-port", text, 0, PORT_MAX))
                        .orElse(0);
        String source = take(rest, "--source").orElse("forebay:" + workspace);
        Set<MountFlag> flags = flags(take(rest, OPTIONS).orElse(""));
        Optional<Path> holder = take(rest, HOLDER).map(Path::of);
        if (!rest.isEmpty()) {
            throw unknown(rest.getFirst());
        }
        int colon = address.lastIndexOf(':');
        if (colon < 1) {
            throw new UsageException("--control-plane must be HOST:PORT: " + address);
        }
        return new MountArguments(
                address.substring(0, colon),
                number("--control-plane port", address.substring(colon + 1), 1, PORT_MAX),
                workspace,
                Path.of(mountPoint).toAbsolutePath().normalize(),
                node,
                fuse,
                passthrough,
                allowOther,
                threads,
                httpPort,
                source,
                flags,
                holder);
    }

    String controlPlane() {
        return host + ":" + port;
    }

    private static Set<MountFlag> flags(String words) {
        try {
            return MountFlag.of(
                    COMMA.splitAsStream(words).filter(each -> !each.isEmpty()).toList());
        } catch (IllegalArgumentException unknown) {
            throw new UsageException(OPTIONS + ": " + unknown.getMessage());
        }
    }

    private static Fuse takeFuse(List<String> rest) {
        String joined = FUSE + "=";
        for (String word : rest) {
            if (word.startsWith(joined)) {
                rest.remove(word);
                return Fuse.of(word.substring(joined.length()));
            }
        }
        return take(rest, FUSE).map(Fuse::of).orElse(Fuse.KERNEL);
    }

    private static String required(List<String> rest, String key) {
        return take(rest, key)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new UsageException(key + " is missing; " + USAGE));
    }

    /** Takes a key and its value out. */
    private static Optional<String> take(List<String> rest, String key) {
        int at = rest.indexOf(key);
        if (at < 0) {
            return Optional.empty();
        }
        rest.remove(at);
        if (at == rest.size() || KEYS.contains(rest.get(at))) {
            throw new UsageException(key + " needs a value; " + USAGE);
        }
        return Optional.of(rest.remove(at));
    }

    private static int number(String key, String text, int least, int most) {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            value = -1;
        }
        if (value < least || value > most) {
            throw new UsageException(
                    key + " must be a number from " + least + " to " + most + ": " + text);
        }
        return value;
    }

    private static UsageException unknown(String argument) {
        String nearest =
                KEYS.stream()
                        .max(Comparator.comparingInt(key -> commonStart(key, argument)))
                        .orElse("");
        return new UsageException(
                "unknown argument " + argument + "; the nearest known one is " + nearest);
    }

    private static int commonStart(String one, String other) {
        int mismatch = Arrays.mismatch(one.toCharArray(), other.toCharArray());
        return mismatch < 0 ? one.length() : mismatch;
    }
}
