package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.MountProgram;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The regression tests of Linux' file systems, which mount and unmount two workspaces by mount(8).
 * Those that are left out, with reasons, stand in {@code suites/xfstests-excluded}; counts are in
 * docs/CONFORMANCE.md. A few of them, unless {@code -Dforebay.suites=long}.
 */
final class XfstestsTest {
    private static final boolean LONG = Needs.isLong();
    private static final Duration LIMIT = Duration.ofMinutes(LONG ? 170 : 15);

    /** Names, renames, attributes, flags, holes, mappings, direct writes, locks, read-only. */
    private static final String FEW =
            "generic/023 generic/028 generic/062 generic/078 generic/079 generic/130 generic/131"
                    + " generic/141 generic/245 generic/286 generic/294 generic/401 generic/423"
                    + " generic/545 generic/553 generic/555";

    private static final Pattern BLANKS = Pattern.compile(" +");

    /**
     * The suite compares the type that df shows with its own word for it, which knows no subtypes.
     */
    private static final String DF =
            """
            #!/bin/sh
            /usr/bin/df "$@" | sed 's/ fuse\\.forebay / fuse         /'
            """;

    private static final String CHECK =
            """
            export PATH="$WORK/bin:$PATH" HOST_OPTIONS="$WORK/config" RESULT_BASE="$WORK/results"
            cd "$SUITE"
            ./check -E "$WORK/excluded" $TESTS
            """;

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void failsNothing(DataPath path) throws IOException {
        Path suite = Suites.xfstests();
        Needs.fuse();
        Needs.root();
        // Some tests go on as another user.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up("--prefix", "main/");
            configure(deployment, path);
            Map<String, String> variables =
                    Map.of(
                            "WORK",
                            directory.toString(),
                            "SUITE",
                            suite.toString(),
                            "TESTS",
                            LONG ? "-g quick" : FEW);
            Command.Outcome outcome = MountProgram.run(CHECK, variables, LIMIT);
            assertEquals(List.of(), named("Failures", outcome), outcome::all);
            assertEquals(0, outcome.status(), outcome::all);
            int ran = named("Ran", outcome).size();
            int notRun = named("Not run", outcome).size();
            System.out.printf("xfstests %s: %d ran, %d not run%n", path, ran, notRun);
            assertTrue(ran > notRun / 10, outcome::all);
        }
    }

    private static List<String> named(String what, Command.Outcome outcome) {
        String start = what + ": ";
        return outcome.out()
                .lines()
                .filter(line -> line.startsWith(start))
                .flatMap(line -> BLANKS.splitAsStream(line.substring(start.length())))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Without those that are left out on the other path alone. */
    private static List<String> excluded(DataPath path) throws IOException {
        Path all = Deployment.home().resolve("e2e/src/test/resources/suites/xfstests-excluded");
        String elsewhere = "# " + path.other().name().toLowerCase(Locale.ROOT) + ":";
        return Files.readAllLines(all).stream().filter(line -> !line.contains(elsewhere)).toList();
    }

    /** With quotas, so that no test takes the free space of the disk for its own. */
    private void configure(Deployment deployment, DataPath path) throws IOException {
        String options =
                "-o log="
                        + directory.resolve("mount-entry.log")
                        + (path == DataPath.PROCESS ? ",no-passthrough" : "");
        for (String workspace : List.of("test", "scratch")) {
            Files.createDirectory(directory.resolve(workspace));
            deployment.graphql(
                    """
                    mutation($name: String!, $prefix: String!) { createWorkspace(
                      input: {name: $name, bucket: "forebay", prefix: $prefix,
                        quotaBytes: "8000000000"}) { id } }
                    """,
                    Map.of("name", workspace, "prefix", workspace + "/"));
        }
        Files.write(directory.resolve("excluded"), excluded(path));
        List<String> lines =
                List.of(
                        "export FSTYP=fuse FUSE_SUBTYP=.forebay",
                        "export TEST_DEV=" + MountProgram.source(deployment, "test"),
                        "export TEST_DIR=" + directory.resolve("test"),
                        "export SCRATCH_DEV=" + MountProgram.source(deployment, "scratch"),
                        "export SCRATCH_MNT=" + directory.resolve("scratch"),
                        "export TEST_FS_MOUNT_OPTS=\"" + options + "\"",
                        "export MOUNT_OPTIONS=\"" + options + "\"");
        Files.write(directory.resolve("config"), lines);
        Path df = Files.createDirectory(directory.resolve("bin")).resolve("df");
        Files.writeString(df, DF);
        assertTrue(df.toFile().setExecutable(true));
    }
}
