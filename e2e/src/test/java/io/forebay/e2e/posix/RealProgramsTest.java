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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Programs that people use, which check their own files, do on a mount what they do on a disk; and
 * what they leave reaches the bucket. The scripts know nothing of mounts, and pass on a disk.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RealProgramsTest {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration FLUSH = Duration.ofMinutes(2);
    private static final String SEED = Long.toString(Long.getLong("forebay.seed", 7));

    private final Path home = Deployment.home().toAbsolutePath().normalize();
    private final TwoMounts mounts = new TwoMounts();

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        // PostgreSQL runs as a user of its own.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        mounts.start(directory);
    }

    @AfterAll
    void stop() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void gitKeepsItsObjects(DataPath path, @TempDir Path scratch) throws IOException {
        Suites.onPath("git", "git");
        passes("git.sh", home, directory(path, "git"), scratch);
    }

    @ParameterizedTest
    @EnumSource
    void makeBuildsWhatChanged(DataPath path) throws IOException {
        Suites.onPath("make", "make");
        Suites.onPath("gcc", "gcc");
        passes("build.sh", directory(path, "build"));
    }

    @ParameterizedTest
    @EnumSource
    void aProjectOfOthersIsBuiltAndTested(DataPath path) throws IOException {
        Path sources = Suites.cProject();
        Suites.onPath("make", "make");
        Suites.onPath("gcc", "gcc");
        passes("project.sh", sources, directory(path, "project"));
    }

    @ParameterizedTest
    @EnumSource
    void tarAndRsyncKeepEverything(DataPath path, @TempDir Path scratch) throws IOException {
        Suites.onPath("rsync", "rsync");
        Suites.onPath("openssl", "openssl");
        Suites.onPath("setfattr", "attr");
        Suites.onPath("setfacl", "acl");
        passes("archive.sh", directory(path, "archive"), scratch);
    }

    @ParameterizedTest
    @EnumSource
    void sqliteLosesNoCommittedRow(DataPath path, @TempDir Path scratch) throws IOException {
        Suites.onPath("sqlite3", "sqlite3");
        passes("sqlite.sh", directory(path, "sqlite"), scratch);
    }

    @ParameterizedTest
    @EnumSource
    void hdf5ReadsWhatItWrote(DataPath path) throws IOException {
        Suites.pythonModule("h5py");
        passes("hdf5.py", directory(path, "hdf5").resolve("data.h5"), SEED);
    }

    @ParameterizedTest
    @EnumSource
    void postgresRecoversWhatItCommitted(DataPath path, @TempDir Path scratch) throws IOException {
        Suites.postgres();
        String seconds = Needs.isLong() ? "60" : "5";
        passes("postgres.sh", directory(path, "postgres"), scratch, seconds);
    }

    private Path directory(DataPath path, String program) throws IOException {
        return Files.createDirectory(mounts.root(path).resolve(program + "-" + path));
    }

    private void passes(String script, Object... arguments) {
        List<String> words = new ArrayList<>();
        words.add(home.resolve("e2e/src/test/resources/programs").resolve(script).toString());
        for (Object each : arguments) {
            words.add(each.toString());
        }
        Command.Outcome outcome = new Command(words, Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), () -> words + "\n" + outcome.all() + mounts.logs());
        System.out.println(script + ": " + outcome.out().strip());
        mounts.flush(FLUSH);
    }
}
