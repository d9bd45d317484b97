package io.forebay.cli.mounting;

import io.forebay.cli.prepare.Instance;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Fuse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What mount(8) asks for: {@code SOURCE DIR [-sfnv] [-o OPTIONS] [-t TYPE]}, where the source is
 * {@code HOST:PORT/WORKSPACE}.
 *
 * @param options the words behind {@code -o}, in order
 * @param pretend check, and mount nothing
 */
public record MountEntry(String source, Path directory, List<String> options, boolean pretend) {
    private static final Pattern SOURCE = Pattern.compile("(.+:[0-9]+)/([^/]+)");
    private static final Pattern LOOPBACK =
            Pattern.compile("(127(\\.[0-9]+){3}|localhost|\\[::1\\]):.*");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final String USAGE =
            "usage: mount -t forebay HOST:PORT/WORKSPACE DIR [-o OPTIONS]";

    private static final String REMOUNT = "remount";

    /** The kernel's; said of mount(2) in the end. */
    private static final Set<String> FLAGS =
            Set.of("ro", "rw", "nosuid", "suid", "nodev", "dev", "noexec", "exec", "noatime");

    /** For mount(8), systemd or libfuse, or what a mount does anyway. */
    private static final Set<String> ELSEWHERE =
            Set.of(
                    "defaults",
                    "auto",
                    "noauto",
                    "nofail",
                    "_netdev",
                    "user",
                    "users",
                    "nouser",
                    "owner",
                    "group",
                    "atime",
                    "relatime",
                    "norelatime",
                    "strictatime",
                    "nodiratime",
                    "async",
                    "default_permissions");

    /** Those with a value, and the argument of the mount that each one is. */
    private static final Map<String, String> VALUES =
            Map.of("node", "--node", "threads", "--threads", "http-port", "--http-port");

    public MountEntry {
        options = List.copyOf(options);
    }

    /**
     * @param words as mount(8) gives them to its programs
     */
    public static MountEntry parse(List<String> words) {
        Deque<String> rest = new ArrayDeque<>(words);
        List<String> places = new ArrayList<>();
        List<String> options = new ArrayList<>();
        boolean pretend = false;
        while (!rest.isEmpty()) {
            String word = rest.pop();
            switch (word) {
                case "-o" -> COMMA.splitAsStream(value(rest)).forEach(options::add);
                case "-t", "-N" -> value(rest);
                case "-r" -> options.add("ro");
                case "-w" -> options.add("rw");
                case "-s", "-n", "-v", "-sv" -> {}
                case "-f" -> pretend = true;
                default -> places.add(word);
            }
        }
        if (places.size() != 2 || places.stream().anyMatch(place -> place.startsWith("-"))) {
            throw new CliFailure(USAGE);
        }
        options.removeIf(String::isEmpty);
        Path directory = Path.of(places.getLast()).toAbsolutePath().normalize();
        return new MountEntry(places.getFirst(), directory, options, pretend);
    }

    private static String value(Deque<String> rest) {
        return Optional.ofNullable(rest.poll()).orElseThrow(() -> new CliFailure(USAGE));
    }

    /** Whether flags of a mount that is there are to be changed, which the kernel does alone. */
    public boolean isRemount() {
        return options.contains(REMOUNT);
    }

    /** The command that changes them. */
    public List<String> remount() {
        return List.of("mount", "-i", "-o", String.join(",", options), directory.toString());
    }

    public Fuse fuse() {
        return value("fuse").map(Fuse::of).orElse(Fuse.KERNEL);
    }

    public Optional<Path> log() {
        return value("log").map(Path::of);
    }

    /** The arguments of the mount. */
    public List<String> arguments() {
        Matcher matcher = SOURCE.matcher(source);
        if (!matcher.matches()) {
            throw new CliFailure(source + " is not HOST:PORT/WORKSPACE; " + USAGE);
        }
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("--control-plane", matcher.group(1)));
        arguments.addAll(List.of("--workspace", matcher.group(2)));
        arguments.addAll(List.of("--mount-point", directory.toString()));
        arguments.addAll(List.of("--source", source));
        if (value("node").isEmpty()) {
            arguments.addAll(List.of("--node", usualNode()));
        }
        List<String> flags = new ArrayList<>(List.of("suid", "dev"));
        for (String option : options) {
            int equals = option.indexOf('=');
            String key = equals < 0 ? option : option.substring(0, equals);
            String argument = VALUES.get(key);
            if (equals > 0 && argument != null) {
                arguments.addAll(List.of(argument, option.substring(equals + 1)));
            } else if (FLAGS.contains(option)) {
                flags.add(option);
            } else if (option.equals("no-passthrough")) {
                arguments.add("--no-passthrough");
            } else if (option.equals("allow_other")) {
                arguments.add("--allow-other");
            } else if (!isForOthers(key, equals > 0)) {
                throw new CliFailure(
                        "unknown option " + option + " (known ones are in docs/NODES.md)");
            }
        }
        arguments.addAll(List.of("--options", String.join(",", flags)));
        return arguments;
    }

    private static boolean isForOthers(String key, boolean valued) {
        return valued
                ? key.equals("fuse")
                        || key.equals("log")
                        || key.startsWith("x-")
                        || key.equals("comment")
                : ELSEWHERE.contains(key) || key.startsWith("x-");
    }

    private Optional<String> value(String key) {
        return options.stream()
                .filter(option -> option.startsWith(key + "="))
                .map(option -> option.substring(key.length() + 1))
                .reduce((_, later) -> later);
    }

    private String usualNode() {
        if (LOOPBACK.matcher(source).matches()) {
            return Instance.NODE;
        }
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException noProc) {
            throw new CliFailure("this node has no name: add -o node=NAME", noProc);
        }
    }
}
