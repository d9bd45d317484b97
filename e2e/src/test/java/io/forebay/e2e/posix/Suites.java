package io.forebay.e2e.posix;

import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the outside programs are; a test that needs a missing one is skipped. */
final class Suites {
    private static final Duration QUICK = Duration.ofSeconds(30);

    private Suites() {}

    /** fsx of xfstests (ltp/fsx.c). */
    static String fsx() {
        return named("FOREBAY_FSX", "fsx");
    }

    /** fsstress of xfstests (ltp/fsstress.c). */
    static String fsstress() {
        return named("FOREBAY_FSSTRESS", "fsstress");
    }

    /** The directory of pjdfstest with its program. */
    static Path pjdfstest() {
        String program = "pjdfstest";
        String path = System.getenv().getOrDefault("FOREBAY_PJDFSTEST", "");
        boolean there = !path.isEmpty() && Files.isExecutable(Path.of(path, program));
        Needs.need(
                there,
                program + " is missing: build it and name its directory in FOREBAY_PJDFSTEST");
        boolean prove = Files.isExecutable(Path.of("/usr/bin/prove"));
        Needs.need(prove, "prove is missing: apt-get install -y perl");
        return Path.of(path);
    }

    /** The directory that the Linux Test Project was installed into. */
    static Path ltp() {
        String path = System.getenv().getOrDefault("FOREBAY_LTP", "");
        boolean there =
                !path.isEmpty()
                        && Stream.of("runtest", "testcases/bin", "metadata/ltp.json")
                                .allMatch(each -> Files.exists(Path.of(path, each)));
        Needs.need(
                there,
                "the Linux Test Project is missing: build and install it, and name its directory"
                        + " in FOREBAY_LTP");
        return Path.of(path);
    }

    /** Unpacked sources in C with a configure, a make and a check. */
    static Path cProject() {
        String path = System.getenv().getOrDefault("FOREBAY_C_PROJECT", "");
        boolean there = !path.isEmpty() && Files.isExecutable(Path.of(path, "configure"));
        Needs.need(
                there,
                "sources of a C project are missing: apt-get source zlib, and name their directory"
                        + " in FOREBAY_C_PROJECT");
        return Path.of(path);
    }

    /** The directory of xfstests, built. */
    static Path xfstests() {
        Path suite = Path.of(System.getenv().getOrDefault("FOREBAY_XFSTESTS", ""));
        boolean there =
                Files.isExecutable(suite.resolve("check"))
                        && Files.isExecutable(suite.resolve("src/nametest"));
        Needs.need(
                there, "xfstests is missing: build it and name its directory in FOREBAY_XFSTESTS");
        onPath("xfs_io", "xfsprogs");
        onPath("setfattr", "attr");
        return suite;
    }

    /** A directory whose own file system has access control lists, and their commands. */
    static void accessLists(Path directory) {
        onPath("setfacl", "acl");
        String path = directory.toString();
        Command probe =
                new Command(
                        List.of("setfacl", "-m", "u:1:r", path), Map.of(), Duration.ofSeconds(10));
        Needs.need(
                probe.run().status() == 0, "the file system of " + path + " has no access lists");
    }

    /** A directory whose own file system has the flags of chattr(1), and the commands. */
    static void flags(Path directory) {
        onPath("chattr", "e2fsprogs");
        python();
        String path = directory.toString();
        boolean there =
                Stream.of("+a", "-a")
                        .map(mode -> new Command(List.of("chattr", mode, path), Map.of(), QUICK))
                        .allMatch(each -> each.run().status() == 0);
        Needs.need(there, "the file system of " + path + " has no chattr, or this is not root");
    }

    /** The library that `--fuse=jnr` needs, where Debian has it. */
    static void libfuse2() {
        boolean there =
                Stream.of("/lib", "/usr/lib")
                        .flatMap(lib ->
                                Stream.of("", "/x86_64-linux-gnu", "/aarch64-linux-gnu")
                                        .map(each -> Path.of(lib + each, "libfuse.so.2")))
                        .anyMatch(Files::exists);
        Needs.need(there, "libfuse.so.2 is missing: apt-get install -y libfuse2");
    }

    static String fio() {
        return onPath("fio", "fio");
    }

    static String stressNg() {
        return onPath("stress-ng", "stress-ng");
    }

    static String python() {
        return onPath("python3", "python3");
    }

    private static String named(String variable, String program) {
        String path = System.getenv().getOrDefault(variable, "");
        boolean there = !path.isEmpty() && Files.isExecutable(Path.of(path));
        Needs.need(there, program + " of xfstests is missing: build it and name it in " + variable);
        return path;
    }

    /** A module of Debian's python3; another python on the path has none of its packages. */
    static void pythonModule(String name) {
        List<String> words = List.of("/usr/bin/python3", "-c", "import " + name);
        boolean there =
                Files.isExecutable(Path.of(words.getFirst()))
                        && new Command(words, Map.of(), QUICK).run().status() == 0;
        Needs.need(there, name + " is missing: apt-get install -y python3-" + name);
    }

    /** PostgreSQL's server, which Debian keeps off the path. */
    static void postgres() throws IOException {
        Needs.need(hasPostgres(), "PostgreSQL is missing: apt-get install -y postgresql");
    }

    private static boolean hasPostgres() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) {
            return false;
        }
        try (Stream<Path> all = Files.list(versions)) {
            return all.anyMatch(each -> Files.isExecutable(each.resolve("bin/initdb")));
        }
    }

    static String onPath(String program, String debianPackage) {
        Optional<Path> found =
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(directory -> Path.of(directory, program))
                        .filter(Files::isExecutable)
                        .findFirst();
        Needs.need(found.isPresent(), program + " is missing: apt-get install -y " + debianPackage);
        return found.orElseThrow().toString();
    }
}
