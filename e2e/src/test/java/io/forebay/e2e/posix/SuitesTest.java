package io.forebay.e2e.posix;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.Needs;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What others wrote to break file systems; short, unless {@code -Dforebay.suites=long}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 4, unit = TimeUnit.HOURS)
final class SuitesTest {
    private static final boolean LONG = Needs.isLong();
    private static final Duration LIMIT = LONG ? Duration.ofHours(2) : Duration.ofMinutes(9);
    private static final long SEED = Long.getLong("forebay.seed", 7);

    private static final Path SCRIPTS = Deployment.home().resolve("e2e/src/test/resources/suites");

    private static final int FSX_SEEDS = LONG ? 2 : 1;
    private static final int FSSTRESS_OPERATIONS = LONG ? 20_000 : 100;
    private static final int STRESS_SECONDS = LONG ? 60 : 1;

    private static final String SMALL = LONG ? " --size=1g" : " --size=2m";
    private static final String LARGE = LONG ? " --size=1g" : " --size=32m";
    private static final String SPARSE =
            LONG ? " --size=4g --io_size=256m" : " --size=64m --io_size=4m";
    private static final String HALF = LONG ? "512m" : "4m";

    private static final String DIRECT = " --ioengine=libaio --iodepth=32 --direct=1";
    private static final String BUFFERED = " --ioengine=psync";
    private static final String SHARED =
            "--filename=shared --numjobs=2 --rw=randwrite --bs=4k --size=%s --offset_increment=%s"
                    .formatted(HALF, HALF);

    /** Sequential and random, small and large blocks; mapped, sparse, and two in one file. */
    private static final List<String> JOBS =
            List.of(
                    "--rw=write --bs=4k" + SMALL + BUFFERED,
                    "--rw=randwrite --bs=4k" + SMALL + BUFFERED,
                    "--rw=write --bs=4m" + LARGE + BUFFERED,
                    "--rw=randwrite --bs=4m" + LARGE + BUFFERED,
                    "--rw=write --bs=4k" + SMALL + DIRECT,
                    "--rw=randrw --bs=4k" + SMALL + DIRECT,
                    "--rw=write --bs=4m" + LARGE + DIRECT,
                    "--rw=randwrite --bs=4m" + LARGE + DIRECT,
                    "--rw=randwrite --bs=64k" + SPARSE + BUFFERED,
                    "--rw=randwrite --bs=4k --ioengine=mmap" + SMALL,
                    SHARED + DIRECT,
                    SHARED + BUFFERED);

    /** Of stress-ng, those that check what they get and find most on a new file system. */
    private static final List<String> STRESSORS =
            List.of("fallocate", "fpunch", "hdd", "iomix", "locka", "lockofd", "rename", "xattr");

    /**
     * All of its class {@code filesystem}, but bind-mount, which it does not run unasked, and
     * binderfs, which is a file system of its own; and those of other classes that use files.
     */
    private static final List<String> ALL_STRESSORS =
            Stream.of(
                            "access chattr chdir chmod chown copy-file dentry dir dirdeep dirmany",
                            "dnotify dup eventfd fallocate fanotify fcntl fiemap file-ioctl",
                            "filename flock fpunch fsize fstat getdent handle hdd inode-flags",
                            "inotify io iomix ioprio lease link locka lockf lockofd mknod open",
                            "procfs rename symlink sync-file touch utime verity xattr",
                            "mmap msync readahead seek sendfile")
                    .flatMap(line -> Stream.of(line.split(" ")))
                    .toList();

    private static final Map<String, String> STRESSED_BYTES =
            Map.of(
                    "copy-file", " --copy-file-bytes 128M",
                    "fallocate", " --fallocate-bytes 8M",
                    "hdd", " --hdd-bytes 16M",
                    "iomix", " --iomix-bytes 8M",
                    "mmap", " --mmap-file --mmap-bytes 8M",
                    "msync", " --msync-bytes 8M",
                    "readahead", " --readahead-bytes 16M",
                    "seek", " --seek-punch --seek-size 8M",
                    "sendfile", " --sendfile-size 1M",
                    "sync-file", " --sync-file-bytes 8M");

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
        String alone = SCRIPTS.resolve("alone.sh").toString();
        for (FsxMode mode : FsxMode.values()) {
            for (long seed = SEED; seed < SEED + FSX_SEEDS; seed++) {
                Path file = mounts.root(path).resolve("fsx-" + path + "-" + seed);
                succeeds(
                        "unshare",
                        // Every hundredth operation closes and opens.
                        "-m sh %s %s -q -c 100 -N %d -S %d -P %s %s %s"
                                .formatted(
                                        alone, fsx, mode.operations, seed, logs, mode.flags, file));
                Path there = mounts.root(path.other()).resolve(file.getFileName());
                assertEquals(-1, Files.mismatch(file, there), "on the other mount");
                Files.delete(file);
            }
        }
    }

    private enum FsxMode {
        BUFFERED(LONG ? 1_000_000 : 3_000, ""),

        /** Past the page cache: then offsets and sizes are multiples of a page. */
        DIRECT(LONG ? 200_000 : 3_000, "-Z -R -W -r 4096 -w 4096 -t 4096");

        private final int operations;
        private final String flags;

        FsxMode(int operations, String flags) {
            this.operations = operations;
            this.flags = flags;
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
        if (LONG) {
            for (String stressor : ALL_STRESSORS) {
                succeeds(stressNg, stressed(stressor) + usual);
            }
        } else {
            String all = STRESSORS.stream().map(SuitesTest::stressed).collect(joining());
            succeeds(stressNg, all + usual);
        }
    }

    private static String stressed(String stressor) {
        return " --" + stressor + " 1" + STRESSED_BYTES.getOrDefault(stressor, "");
    }

    @ParameterizedTest
    @EnumSource
    void locksHoldWithinAMountAndBetweenTwo(DataPath other) throws IOException {
        Path script = SCRIPTS.resolve("locks.py");
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
