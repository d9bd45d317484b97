package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * POSIX as a suite that others wrote for UFS and ZFS reads it: pjdfstest, many thousand system
 * calls and the errno or attributes that each must have. Its counts are in docs/CONFORMANCE.md.
 */
final class PjdfstestTest {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** Most of its time the suite sleeps, until a time stamp would differ. */
    private static final String JOBS = "4";

    private static final Pattern TOTAL = Pattern.compile("Files=(\\d+), Tests=\\d+");
    private static final Pattern FAILED =
            Pattern.compile("(?m)^\\S+\\.t +\\(Wstat: (?!0 Tests: \\d+ Failed: 0).*");

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void passesWholly(boolean passthrough) throws Exception {
        Path suite = Suites.pjdfstest();
        Needs.fuse();
        Needs.root();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up(passthrough ? new String[0] : new String[] {"--no-passthrough"});
            Path work = Files.createDirectory(deployment.mountPoint().resolve("work"));
            Command.Outcome outcome = prove(suite.resolve("tests"), work);
            List<String> failed = all(FAILED, outcome.out()).map(MatchResult::group).toList();
            assertEquals(List.of(), failed, outcome::all);
            assertEquals(0, outcome.status(), outcome::all);
            MatchResult total = all(TOTAL, outcome.out()).findFirst().orElseThrow();
            System.out.println("pjdfstest passthrough=" + passthrough + ": " + total.group());
            assertEquals(files(suite), Long.parseLong(total.group(1)), "every file of it ran");
            deployment.flush(deployment.mountPoint(), LIMIT);
        }
    }

    /** It names files relative to where it runs, so that other users need no way to there. */
    private static Command.Outcome prove(Path tests, Path work) {
        List<String> words =
                List.of("env", "-C", work.toString(), "prove", "-r", "-j", JOBS, tests.toString());
        return new Command(words, Map.of("LC_ALL", "C"), LIMIT).run();
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static long files(Path suite) throws IOException {
        try (Stream<Path> walk = Files.walk(suite.resolve("tests"))) {
            return walk.filter(file -> file.toString().endsWith(".t")).count();
        }
    }
}
