package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs commands that cannot work, and sees that each says so in one line that tells what to do,
 * fails, and leaves nothing of its instance running or mounted.
 *
 * @param around what runs the command, where it is not run plainly
 */
record Refusal(Deployment deployment, List<String> around) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    static Refusal of(Deployment deployment) {
        return new Refusal(deployment, List.of());
    }

    /** Behind the other words, in which the command is the last one. */
    Refusal behind(String... words) {
        return new Refusal(deployment, Stream.concat(around.stream(), Stream.of(words)).toList());
    }

    /** In a mount namespace of its own, as a shell's script leaves it. */
    Refusal after(String script) {
        return behind("unshare", "--mount", "sh", "-euc", script + "\nexec \"$@\"", "sh");
    }

    /** {@code up --detach} with more options; its line holds the remedy. */
    String up(String remedy, String... options) throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "up",
                                deployment.mountPoint().toString(),
                                "--detach",
                                "--state",
                                deployment.state().toString()));
        words.addAll(List.of(options));
        return command(remedy, words);
    }

    /** Any command of the launcher; what it said. */
    String command(String remedy, List<String> words) throws IOException {
        List<String> mounts = mounts();
        Command plain = deployment.launcher(words, LIMIT);
        List<String> all = new ArrayList<>(around);
        all.addAll(plain.words());
        Command.Outcome outcome = new Command(all, plain.environment(), plain.limit()).run();
        assertNotEquals(0, outcome.status(), outcome::all);
        assertEquals(1, outcome.err().lines().count(), outcome::all);
        assertEquals("", outcome.out(), outcome::all);
        assertTrue(outcome.err().startsWith("forebay"), outcome::all);
        assertTrue(outcome.err().contains(remedy), () -> remedy + " is not in " + outcome.all());
        assertEquals(List.of(), processes(), outcome::all);
        assertEquals(mounts, mounts(), outcome::all);
        return outcome.err();
    }

    private List<String> mounts() throws IOException {
        try (Stream<String> mounts =
                Files.lines(Path.of("/proc/self/mounts"), StandardCharsets.ISO_8859_1)) {
            return mounts.filter(line -> line.contains(deployment.mountPoint().toString()))
                    .toList();
        }
    }

    private List<String> processes() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.map(each -> commandLine(each.resolve("cmdline")))
                    .filter(line -> line.contains(deployment.state().toString()))
                    .toList();
        }
    }

    private static String commandLine(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).replace('\0', ' ');
        } catch (IOException noProcess) {
            return "";
        }
    }
}
