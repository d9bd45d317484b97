package io.forebay.cli.run;

import io.forebay.cli.prepare.AotCaches;
import io.forebay.cli.prepare.AwsVariables;
import io.forebay.cli.prepare.Installation;
import io.forebay.cli.prepare.Space;
import io.forebay.cli.process.Deadline;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.StateDirectory;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code up --detach}: the same command again, in a session of its own, with its words going to a
 * log; this process repeats them until the other one is ready or has failed.
 */
public final class Background {
    /** The supervisor's own limits for start and workspace are shorter. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final StateDirectory state;
    private final PrintWriter out;
    private final PrintWriter err;
    private boolean refused;

    public Background(StateDirectory state, PrintWriter out, PrintWriter err) {
        this.state = state;
        this.out = out;
        this.err = err;
    }

    /** The exit status. */
    public int up(List<String> arguments, AwsVariables.Keys keys) {
        state.create();
        releaseLock();
        Space.check(state); // also because the other process could not write what it has to say
        StateDirectory.delete(state.readyMark());
        Path log = state.log("supervisor");
        long shown = length(log);
        Process process = start(arguments, keys, log);
        Deadline deadline = Deadline.in(LIMIT);
        while (!deadline.passed()) {
            boolean ended = !process.isAlive();
            boolean ready = Files.exists(state.readyMark());
            shown = repeat(log, shown);
            if (ended && !refused) {
                throw new CliFailure(
                        "ended with status "
                                + process.exitValue()
                                + " before it was ready, and did not say why: look into "
                                + log);
            }
            if (ended) {
                return Math.max(1, process.exitValue());
            }
            if (ready) {
                return 0;
            }
            Deadline.pause();
        }
        process.destroy();
        throw new CliFailure("not ready in " + LIMIT.toSeconds() + " s: look into " + log);
    }

    /** Fails when another process runs this instance, before anything of it is touched. */
    private void releaseLock() {
        try {
            state.lock().acquiredBy().close();
        } catch (IOException failed) {
            throw new CliFailure("cannot release the lock of " + state.root(), failed);
        }
    }

    private static Process start(List<String> arguments, AwsVariables.Keys keys, Path log) {
        List<String> command = new ArrayList<>(List.of("setsid"));
        command.addAll(Installation.current().java(AotCaches.COMMAND_LINE, "64m"));
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Dforebay.home=" + System.getProperty("forebay.home"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("io.forebay.cli.Forebay");
        command.addAll(withoutSecrets(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        keys.replaceIn(builder.environment());
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            return builder.start();
        } catch (IOException failed) {
            throw new CliFailure("cannot start setsid: " + failed.getMessage(), failed);
        }
    }

    /** Keys go by the environment: everybody can read a command line. */
    static List<String> withoutSecrets(List<String> arguments) {
        List<String> kept = new ArrayList<>();
        boolean valueFollows = false;
        for (String argument : arguments) {
            boolean key =
                    argument.startsWith("--access-key") || argument.startsWith("--secret-key");
            if (!key && !valueFollows && !argument.equals("--detach")) {
                kept.add(argument);
            }
            valueFollows = key && !argument.contains("=");
        }
        return kept;
    }

    private long repeat(Path log, long from) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] fresh = new byte[(int) Math.min(Math.max(0, file.length() - from), 1 << 20)];
            file.seek(from);
            file.readFully(fresh);
            int whole = fresh.length; // up to the end of the last whole line
            while (whole > 0 && fresh[whole - 1] != '\n') {
                whole--;
            }
            new String(fresh, 0, whole, StandardCharsets.UTF_8).lines().forEach(this::say);
            return from + whole;
        } catch (IOException notYet) {
            return from;
        }
    }

    /** The log holds both streams: what begins like an error was one. */
    private void say(String line) {
        boolean error = line.startsWith("forebay: ");
        refused |= error;
        PrintWriter to = error ? err : out;
        to.println(line);
        to.flush();
    }

    private static long length(Path log) {
        return log.toFile().length();
    }
}
