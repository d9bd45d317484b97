package io.forebay.e2e.posix;

import io.forebay.e2e.system.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Where the outside programs are. */
final class Suites {
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
        need(there, program + " is missing: build it and name its directory in FOREBAY_PJDFSTEST");
        boolean prove = Files.isExecutable(Path.of("/usr/bin/prove"));
        need(prove, "prove is missing: apt-get install -y perl");
        return Path.of(path);
    }

    /** A directory whose own file system has access control lists, and their commands. */
    static void accessLists(Path directory) {
        onPath("acl", "setfacl");
        String path = directory.toString();
        Command probe =
                new Command(
                        List.of("setfacl", "-m", "u:1:r", path), Map.of(), Duration.ofSeconds(10));
        need(probe.run().status() == 0, "the file system of " + path + " has no access lists");
    }

    static String fio() {
        return onPath("fio");
    }

    static String stressNg() {
        return onPath("stress-ng");
    }

    static String python() {
        return onPath("python3");
    }

    private static String named(String variable, String program) {
        String path = System.getenv().getOrDefault(variable, "");
        boolean there = !path.isEmpty() && Files.isExecutable(Path.of(path));
        need(there, program + " of xfstests is missing: build it and name it in " + variable);
        return path;
    }

    private static String onPath(String program) {
        return onPath(program, program);
    }

    private static String onPath(String debianPackage, String program) {
        Optional<Path> found =
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                        .map(directory -> Path.of(directory, program))
                        .filter(Files::isExecutable)
                        .findFirst();
        need(found.isPresent(), program + " is missing: apt-get install -y " + debianPackage);
        return found.orElseThrow().toString();
    }

    private static void need(boolean there, String otherwise) {
        if (!there) {
            System.out.println("SKIPPED: " + otherwise);
        }
        Assumptions.assumeTrue(there, otherwise);
    }
}
