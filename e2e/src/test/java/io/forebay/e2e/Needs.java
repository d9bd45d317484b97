package io.forebay.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine; a skip says aloud what is missing, and how to get it. */
public final class Needs {
    private static final Path PYTHON = Path.of("/usr/bin/python3");

    private Needs() {}

    /** Whether suites have hours instead of minutes. */
    public static boolean isLong() {
        return System.getProperty("forebay.suites", "").equals("long");
    }

    public static void fuse() {
        need(Files.exists(Path.of("/dev/fuse")), "/dev/fuse is missing: modprobe fuse");
        need(onPath("fusermount3"), "fusermount3 is missing: apt-get install -y fuse3");
    }

    public static void root() {
        need(System.getProperty("user.name").equals("root"), "needs root");
    }

    /** For tests that run a command as another user. */
    public static void readableByAll(Path path) throws IOException {
        for (Path each = path.toRealPath(); each != null; each = each.getParent()) {
            need(
                    Files.getPosixFilePermissions(each)
                            .contains(PosixFilePermission.OTHERS_EXECUTE),
                    each + " is closed to other users: chmod o+x");
        }
    }

    public static void rclone() {
        need(onPath("rclone"), "rclone is missing: apt-get install -y rclone");
    }

    /** Debian's python3, where python3-torch is installed; another one on the path has none. */
    static Path pythonWithTorch() {
        need(hasTorch(), "PyTorch is missing: apt-get install -y python3-torch");
        return PYTHON;
    }

    static boolean hasTorch() {
        List<Path> packages =
                List.of(
                        Path.of("/usr/lib/python3/dist-packages/torch"),
                        Path.of("/usr/local/lib/python3/dist-packages/torch"));
        return Files.isExecutable(PYTHON) && packages.stream().anyMatch(Files::isDirectory);
    }

    public static boolean onPath(String program) {
        return List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin").stream()
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    public static void need(boolean there, String otherwise) {
        if (!there) {
            System.out.println("SKIPPED: " + otherwise);
        }
        Assumptions.assumeTrue(there, otherwise);
    }
}
