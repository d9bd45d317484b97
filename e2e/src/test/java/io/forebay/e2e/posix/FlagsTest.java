package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What chattr(1) sets on one mount forbids on another what it forbids on the file system of this
 * machine, and keeps Forebay from nothing.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FlagsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** A descriptor from before: what is passed through is written, whatever the flags say. */
    private static final String LATE = " file: write: ";

    private final TwoMounts mounts = new TwoMounts();
    private String local = "";

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Suites.flags(directory);
        // Some commands go on as another user.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        mounts.start(directory);
        Path work = Files.createDirectory(directory.resolve("local"));
        local = run(work, work);
        assertTrue(local.contains("immutable" + LATE + "EPERM"), local);
    }

    @AfterAll
    void stop() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void forbidWhatTheyForbidOnADisk(DataPath path) throws IOException {
        String name = "flags-" + path;
        Path here = Files.createDirectory(mounts.root(path).resolve(name));
        String expected =
                path == DataPath.PASSTHROUGH ? local.replace(LATE + "EPERM", LATE + "done") : local;
        assertEquals(expected, run(here, mounts.root(path.other()).resolve(name)), mounts::logs);
    }

    @Test
    void whatIsFlaggedIsUploadedEvictedAndBroughtBack() throws Exception {
        Path directory = Files.createDirectory(mounts.root(DataPath.PROCESS).resolve("flagged"));
        Path fixed = Files.writeString(directory.resolve("fixed"), "fixed");
        Path log = Files.writeString(directory.resolve("log"), "log");
        chattr("+i", fixed);
        chattr("+a", log);
        chattr("+i", directory);
        mounts.flush(LIMIT);
        mounts.evict("flagged/fixed");
        mounts.evict("flagged/log");
        mounts.kill("control plane");
        mounts.killServer(DataPath.PROCESS);
        assertEquals("fixed", Files.readString(fixed));
        assertEquals("log", Files.readString(log));
        assertTrue(succeeds("lsattr", directory.toString()).contains("-i-"));
        chattr("-i", directory);
        chattr("-i", fixed);
        chattr("-a", log);
        Files.delete(fixed);
    }

    private static void chattr(String mode, Path path) {
        succeeds("chattr", mode, path.toString());
    }

    private static String run(Path here, Path there) {
        Path script = Deployment.home().resolve("e2e/src/test/resources/suites/flags.py");
        return succeeds(Suites.python(), script.toString(), here.toString(), there.toString());
    }

    private static String succeeds(String... words) {
        Command.Outcome outcome = new Command(List.of(words), Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
        return outcome.out();
    }
}
