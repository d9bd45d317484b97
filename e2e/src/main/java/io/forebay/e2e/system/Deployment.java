package io.forebay.e2e.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One instance in directories of its own, driven by the command {@code forebay}. */
public final class Deployment implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration UP_LIMIT = Duration.ofMinutes(4);
    private static final Duration DOWN_LIMIT = Duration.ofMinutes(2);
    private static final Duration RESTART_LIMIT = Duration.ofSeconds(90);
    private static final Duration QUICK = Duration.ofSeconds(30);
    private static final int LOG_LINES = 60;

    private final Path home;
    private final Path state;
    private final Path mountPoint;
    private final Map<String, String> environment;
    private final List<String> place;

    /**
     * @param home of the repository
     * @param directory empty; holds state, mount point and the list of instances
     */
    public Deployment(Path home, Path directory) {
        this(home, directory, Map.of());
    }

    /**
     * @param environment what the command finds beside the usual variables
     */
    public Deployment(Path home, Path directory, Map<String, String> environment) {
        this(
                home,
                directory.resolve("state"),
                directory.resolve("mnt"),
                surroundings(directory.resolve("data"), environment),
                List.of());
    }

    private Deployment(
            Path home,
            Path state,
            Path mountPoint,
            Map<String, String> environment,
            List<String> place) {
        this.home = home.toAbsolutePath().normalize();
        this.state = state;
        this.mountPoint = mountPoint;
        this.environment = environment;
        this.place = place;
    }

    /** The one that a user gets who names no state and mounts at {@code ~/forebay}. */
    public static Deployment ofUser(Path home, Path userHome) {
        Path data = userHome.resolve(".local/share");
        return new Deployment(
                home,
                data.resolve("forebay/default"),
                userHome.resolve("forebay"),
                surroundings(data, Map.of("HOME", userHome.toString())),
                List.of());
    }

    /**
     * This one, in another place.
     *
     * @param words which the words of a command follow, to be run there
     */
    public Deployment at(List<String> words) {
        return new Deployment(home, state, mountPoint, environment, List.copyOf(words));
    }

    private static Map<String, String> surroundings(Path data, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("XDG_DATA_HOME", data.toString());
        all.put("LC_ALL", "C.UTF-8");
        return Map.copyOf(all);
    }

    /** Where the sources say that this repository is. */
    public static Path home() {
        return Path.of(System.getProperty("forebay.home", "."));
    }

    public Path state() {
        return state;
    }

    public Path mountPoint() {
        return mountPoint;
    }

    /** {@code up --detach}, which must end well. */
    public Command.Outcome up(String... more) {
        Command.Outcome outcome = tryUp(more);
        if (outcome.status() != 0) {
            throw new IllegalStateException("up failed: " + outcome.all() + logs());
        }
        return outcome;
    }

    /** {@code up --detach}, however it ends. */
    public Command.Outcome tryUp(String... more) {
        List<String> words = new ArrayList<>(List.of("up", mountPoint.toString(), "--detach"));
        words.addAll(List.of(more));
        return run(UP_LIMIT, words);
    }

    public Command.Outcome down() {
        return run(DOWN_LIMIT, List.of("down"));
    }

    /** {@code mount --restart}, however it ends. */
    public Command.Outcome restartMount() {
        return launcher(List.of("mount", "--restart", mountPoint.toString()), RESTART_LIMIT).run();
    }

    public JsonNode status() {
        Command.Outcome outcome = run(QUICK, List.of("status", "--json"));
        if (outcome.out().isBlank()) {
            throw new IllegalStateException("status failed: " + outcome.all());
        }
        return parse(outcome.out());
    }

    /** {@code flush --wait}, which must end well. */
    public void flush(Path path, Duration limit) {
        Command.Outcome outcome =
                launcher(
                                List.of(
                                        "flush",
                                        "--wait",
                                        path.toString(),
                                        "--timeout",
                                        Long.toString(limit.toSeconds())),
                                limit.plus(QUICK))
                        .run();
        if (outcome.status() != 0) {
            throw new IllegalStateException("flush failed: " + outcome.all() + logs());
        }
    }

    /** Any command of the launcher, on this instance. */
    public Command.Outcome run(Duration limit, List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of("--state", state.toString()));
        return launcher(all, limit).run();
    }

    /** Any command of the launcher, with this instance's surroundings. */
    public Command launcher(List<String> words, Duration limit) {
        List<String> all = new ArrayList<>(place);
        all.add(home.resolve("forebay").toString());
        all.addAll(words);
        return new Command(all, environment, limit);
    }

    /** What makes the commands of a shell find this instance. */
    public Map<String, String> environment() {
        return environment;
    }

    /** The {@code data} of an answer; an error in it fails. */
    public JsonNode graphql(String query, Map<String, Object> variables) {
        URI endpoint = http("graphql").resolve("/graphql");
        JsonNode answer = post(endpoint, Map.of("query", query, "variables", variables));
        if (!answer.path("errors").isEmpty()) {
            throw new IllegalStateException("GraphQL refused: " + answer);
        }
        return answer.path("data");
    }

    /** Where a process answers HTTP: "graphql" (the control plane), "worker" or "mount". */
    public URI http(String process) {
        JsonNode ports = parse(read(state.resolve("run/ports.json")));
        return URI.create("http://127.0.0.1:" + ports.path(process).asInt() + "/");
    }

    /** What GraphQL says of one file of the default workspace; null node where there is none. */
    public JsonNode file(String path) {
        return graphql(
                        """
                        query($path: String!) { file(workspace: "default", path: $path) {
                          size flushState error objectKey staged generation } }
                        """,
                        Map.of("path", path))
                .path("file");
    }

    /** The pid of a process as status names it. */
    public long pid(String process) {
        for (JsonNode each : status().path("processes")) {
            if (each.path("name").asText().equals(process) && each.path("alive").asBoolean()) {
                return each.path("pid").asLong();
            }
        }
        throw new IllegalStateException("no process " + process + " runs: " + status() + logs());
    }

    /** The pid that the instance has noted for a process, which may have ended since. */
    public long recordedPid(String process) {
        String record = "run/" + process.replace(' ', '-') + ".pid";
        return parse(read(state.resolve(record))).path("pid").asLong(-1);
    }

    /** The end of each log, for the message of a failure. */
    public String logs() {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> logs = Files.list(state.resolve("logs"))) {
            for (Path log : logs.sorted().toList()) {
                List<String> lines =
                        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                                .lines()
                                .toList();
                all.append("\n== ").append(log).append('\n');
                lines.stream()
                        .skip(Math.max(0, lines.size() - LOG_LINES))
                        .forEach(line -> all.append(line).append('\n'));
            }
        } catch (IOException none) {
            all.append("(no logs)");
        }
        return all.toString();
    }

    /** Leaves nothing running or mounted, whatever state it is in. */
    @Override
    public void close() {
        if (Files.isDirectory(state.resolve("run"))) {
            down();
            killRecorded();
        }
        if (mounts().contains(" " + mountPoint + " ")) {
            new Command(List.of("umount", "-l", mountPoint.toString()), Map.of(), QUICK).run();
        }
    }

    private static String mounts() {
        return read(Path.of("/proc/self/mounts"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** What down should have stopped, and forgotten. */
    private void killRecorded() {
        try (Stream<Path> records = Files.list(state.resolve("run"))) {
            records.filter(file -> file.toString().endsWith(".pid")).forEach(Deployment::kill);
        } catch (IOException gone) {
            return;
        }
    }

    private static void kill(Path record) {
        try {
            long pid = parse(Files.readString(record)).path("pid").asLong(-1);
            ProcessHandle.of(pid)
                    .filter(handle -> handle.info().command().orElse("").endsWith("java"))
                    .ifPresent(ProcessHandle::destroyForcibly);
        } catch (IOException gone) {
            return;
        }
    }

    private static JsonNode post(URI endpoint, Map<String, Object> body) {
        try {
            HttpURLConnection connection = (HttpURLConnection) endpoint.toURL().openConnection();
            connection.setConnectTimeout(5_000);
            connection.setReadTimeout(90_000);
            connection.setRequestMethod("POST");
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(MAPPER.writeValueAsBytes(body));
            }
            return MAPPER.readTree(connection.getInputStream());
        } catch (IOException failed) {
            throw new UncheckedIOException("no answer from " + endpoint, failed);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException damaged) {
            throw new UncheckedIOException("not JSON: " + text, damaged);
        }
    }
}
