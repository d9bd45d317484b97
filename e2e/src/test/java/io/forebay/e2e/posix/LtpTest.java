package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No test of files of the Linux Test Project does worse on a mount than on the local file system.
 * Its counts are in docs/CONFORMANCE.md.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LtpTest {
    private static final boolean LONG = Needs.isLong();
    private static final Duration LIMIT = Duration.ofMinutes(LONG ? 120 : 9);

    /** Unless it is to be long: record locks, links, renames, owners, modes and flags. */
    private static final List<String> SELECTION =
            LONG
                    ? List.of()
                    : List.of(
                            "--lists=syscalls,fs_perms_simple,fcntl-locktests",
                            "--only=(f?ch(own|mod)|fcntl(1[1357-9]|2)|FCNTL|l?link0|mk(dir|nod)"
                                    + "|renameat2|rmdir|setxattr03|symlink|unlink|fs_perms"
                                    + "|statx0).*");

    /** The better one first; any other verdict is a failure. */
    private static final List<String> VERDICTS = List.of("passed", "skipped");

    private final TwoMounts mounts = new TwoMounts();
    private Path ltp = Path.of("");
    private Map<String, Result> local = Map.of();

    /**
     * @param failed how many of its checks
     */
    private record Result(String test, String verdict, int failed) {
        static Result of(String line) {
            List<String> words = List.of(line.split(" ", -1));
            return new Result(words.get(0), words.get(1), Integer.parseInt(words.get(2)));
        }

        boolean isWorseThan(Result other) {
            return rank() == other.rank() ? failed > other.failed : rank() > other.rank();
        }

        private int rank() {
            int known = VERDICTS.indexOf(verdict);
            return known < 0 ? VERDICTS.size() : known;
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        ltp = Suites.ltp();
        // Some tests go on as another user.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        mounts.start(directory);
        local = results(Files.createDirectory(directory.resolve("local")), directory);
    }

    @AfterAll
    void stop() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void nothingFailsThatPassesOnADisk(DataPath path, @TempDir Path logs) throws IOException {
        Path work = Files.createDirectory(mounts.root(path).resolve("ltp-" + path));
        Map<String, Result> here = results(work, logs);
        assertEquals(local.keySet(), here.keySet());
        List<String> worse = new ArrayList<>();
        for (Result result : here.values()) {
            Result there = Objects.requireNonNull(local.get(result.test()));
            if (result.isWorseThan(there)) {
                worse.add(result + "\n" + Files.readString(logs.resolve(result.test() + ".log")));
            }
        }
        assertEquals(List.of(), worse, mounts::logs);
    }

    /** The lists mount, which nobody else is to see. */
    private Map<String, Result> results(Path directory, Path logs) {
        Path script = Deployment.home().resolve("e2e/src/test/resources/suites/ltp.py");
        List<String> words = new ArrayList<>(List.of("unshare", "--mount", Suites.python()));
        words.addAll(List.of(script.toString(), ltp.toString()));
        words.addAll(List.of(directory.toString(), logs.toString()));
        words.addAll(SELECTION);
        Command.Outcome outcome = new Command(words, Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
        Map<String, Result> results = new TreeMap<>();
        outcome.out()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(Result::of)
                .forEach(result -> results.put(result.test(), result));
        Map<String, Integer> counts = new TreeMap<>();
        results.values().forEach(result -> counts.merge(result.verdict(), 1, Integer::sum));
        System.out.println("ltp in " + directory + ": " + counts);
        return results;
    }
}
