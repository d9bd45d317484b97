package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What others wrote to break file systems; short, unless {@code -Dforebay.suites=long}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.HOURS)
final class SuitesTest {
    private static final Duration LIMIT = Duration.ofMinutes(9);
    private static final boolean LONG = Suites.isLong();
    private static final long SEED = Long.getLong("forebay.seed", 7);

    private static final int FSX_SEEDS = LONG ? 4 : 1;
    private static final int FSX_OPERATIONS = LONG ? 20_000 : 3_000;
    private static final int FSSTRESS_OPERATIONS = LONG ? 5_000 : 100;
    private static final int STRESS_SECONDS = LONG ? 10 : 1;

    /** Buffered, and past the page cache: then offsets and sizes are multiples of a page. */
    private static final List<String> FSX_MODES = List.of("", "-Z -R -W -r 4096 -w 4096 -t 4096");

    private static final String DIRECT = " --ioengine=libaio --iodepth=32 --direct=1";
    private static final String BUFFERED = " --ioengine=psync";
    private static final String SHARED =
            "--filename=shared --numjobs=2 --rw=randwrite --bs=4k --size=4m --offset_increment=4m";

    /** Sequential and random, small and large blocks; mapped, sparse, and two in one file. */
    private static final List<String> JOBS =
            List.of(
                    "--rw=write --bs=4k --size=2m" + BUFFERED,
                    "--rw=randwrite --bs=4k --size=2m" + BUFFERED,
                    "--rw=write --bs=4m --size=32m" + BUFFERED,
                    "--rw=randwrite --bs=4m --size=32m" + BUFFERED,
                    "--rw=write --bs=4k --size=4m" + DIRECT,
                    "--rw=randrw --bs=4k --size=4m" + DIRECT,
                    "--rw=write --bs=4m --size=32m" + DIRECT,
                    "--rw=randwrite --bs=4m --size=32m" + DIRECT,
                    "--rw=randwrite --bs=64k --size=64m --io_size=4m" + BUFFERED,
                    "--rw=randwrite --bs=4k --size=2m --ioengine=mmap",
                    SHARED + DIRECT,
                    SHARED + BUFFERED);

    /** Of stress-ng, those that check what they get and find most on a new file system. */
    private static final List<String> STRESSORS =
            List.of(
                    "--fallocate 1 --fallocate-bytes 8M",
                    "--fpunch 1",
                    "--hdd 1 --hdd-bytes 16M",
                    "--iomix 1 --iomix-bytes 8M",
                    "--locka 1",
                    "--lockofd 1",
                    "--rename 1",
                    "--xattr 1");

    private static final List<String> MORE_STRESSORS =
            List.of(
                    "--access 1",
                    "--chmod 1",
                    "--chown 1",
                    "--copy-file 1 --copy-file-bytes 128M",
                    "--dentry 1 --dentries 256",
                    "--dir 1 --dir-dirs 256",
                    "--fcntl 1",
                    "--flock 1",
                    "--fstat 1",
                    "--getdent 1",
                    "--io 1",
                    "--lease 1",
                    "--link 1",
                    "--lockf 1",
                    "--mknod 1",
                    "--mmap 1 --mmap-file --mmap-bytes 8M",
                    "--msync 1 --msync-bytes 8M",
                    "--open 1",
                    "--readahead 1 --readahead-bytes 16M",
                    "--seek 1 --seek-punch --seek-size 8M",
                    "--sendfile 1 --sendfile-size 1M",
                    "--symlink 1",
                    "--sync-file 1 --sync-file-bytes 8M",
                    "--touch 1",
                    "--utime 1");

    private final TwoMounts mounts = new TwoMounts();

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        mounts.start(directory);
    }

    @AfterAll
    void stop() {
        mounts.close();
    }

    @ParameterizedTest
    @EnumSource
    void fsx(DataPath path, @TempDir Path logs) throws IOException {
        String fsx = Suites.fsx();
        for (String mode : FSX_MODES) {
            for (long seed = SEED; seed < SEED + FSX_SEEDS; seed++) {
                Path file = mounts.root(path).resolve("fsx-" + path + "-" + seed);
                succeeds(
                        fsx,
                        // Every hundredth operation closes and opens.
                        "-q -c 100 -N %d -S %d -P %s %s %s"
                                .formatted(FSX_OPERATIONS, seed, logs, mode, file));
                Path there = mounts.root(path.other()).resolve(file.getFileName());
                assertEquals(-1, Files.mismatch(file, there), "on the other mount");
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void fsstressLeavesTheSameTreeOnBothMounts(DataPath path) throws IOException {
        String fsstress = Suites.fsstress();
        String name = "fsstress-" + path;
        Path tree = Files.createDirectory(mounts.root(path).resolve(name));
        succeeds(fsstress, "-p 8 -n %d -s %d -d %s".formatted(FSSTRESS_OPERATIONS, SEED, tree));
        List<String> here = Tree.of(tree);
        assertTrue(here.size() > 50, () -> "fsstress left only " + here.size());
        sameTree(here, mounts.root(path.other()).resolve(name));
        mounts.remountSecond();
        sameTree(here, mounts.root(DataPath.PROCESS).resolve(name));
        succeeds("rm", "-rf " + tree);
    }

    private static void sameTree(List<String> expected, Path tree) throws IOException {
        assertEquals(String.join("\n", expected), String.join("\n", Tree.of(tree)));
    }

    @ParameterizedTest
    @EnumSource
    void fioFindsWhatItWrote(DataPath path) throws IOException {
        String fio = Suites.fio();
        Path files = Files.createDirectory(mounts.root(path).resolve("fio-" + path));
        for (String job : JOBS) {
            succeeds(
                    fio,
                    "--name=job --verify=crc32c --verify_fatal=1 --verify_state_save=0"
                            + " --fallocate=none --thread --directory=%s --randseed=%d %s"
                                    .formatted(files, SEED, job));
            succeeds("find", files + " -type f -delete");
        }
    }

    @ParameterizedTest
    @EnumSource
    void stressorsFindNoFault(DataPath path) throws IOException {
        String stressNg = Suites.stressNg();
        Path files = Files.createDirectory(mounts.root(path).resolve("stress-" + path));
        String usual = " --verify --timeout %ds --temp-path %s".formatted(STRESS_SECONDS, files);
        if (!LONG) {
            succeeds(stressNg, String.join(" ", STRESSORS) + usual);
            return;
        }
        List<String> all = new ArrayList<>(STRESSORS);
        all.addAll(MORE_STRESSORS);
        for (String stressor : all) {
            succeeds(stressNg, stressor + usual);
        }
    }

    @ParameterizedTest
    @EnumSource
    void locksHoldWithinAMountAndBetweenTwo(DataPath other) throws IOException {
        Path script = Deployment.home().resolve("e2e/src/test/resources/suites/locks.py");
        Path here = mounts.root(DataPath.PASSTHROUGH).resolve("locked-" + other);
        Files.createFile(here);
        Path there = mounts.root(other).resolve(here.getFileName());
        succeeds(Suites.python(), "%s %s %s".formatted(script, here, there));
    }

    /**
     * @param arguments with blanks between them
     */
    private void succeeds(String program, String arguments) {
        List<String> words = new ArrayList<>(List.of(program));
        words.addAll(List.of(arguments.strip().split(" +")));
        Command.Outcome outcome = new Command(words, Map.of(), LIMIT).run();
        assertEquals(
                0,
                outcome.status(),
                () -> String.join(" ", words) + "\n" + outcome.all() + mounts.logs());
    }
}
