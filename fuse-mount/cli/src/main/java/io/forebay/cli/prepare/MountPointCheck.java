package io.forebay.cli.prepare;

import io.forebay.cli.process.Probes;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Whether a file system can be mounted there, before anything is started. */
final class MountPointCheck {
    private static final Pattern PATH_MARK = Pattern.compile(":");
    private static final Path DEVICE = Path.of("/dev/fuse");

    private final Path mountPoint;
    private final StateDirectory state;

    MountPointCheck(Path mountPoint, StateDirectory state) {
        this.mountPoint = mountPoint;
        this.state = state;
    }

    /**
     * @param before where this instance was mounted last; a dead mount there is ours to clear away
     */
    void check(@Nullable Path before) {
        device();
        apart();
        if (before != null && MountTable.read().at(before).filter(Dead::is).isPresent()) {
            Unmount.now(before);
        }
        Optional<MountTable.Entry> mounted = MountTable.read().at(mountPoint);
        if (mounted.isPresent()) {
            throw new CliFailure(
                    mountPoint
                            + " is in use as a mount point ("
                            + mounted.get().type()
                            + "): `umount "
                            + mountPoint
                            + "`, or name another directory");
        }
        empty();
    }

    /** A FUSE mount without its process answers nothing. */
    private static final class Dead {
        static boolean is(MountTable.Entry entry) {
            return entry.isFuse() && !Probes.answers(entry.mountPoint());
        }
    }

    private static void device() {
        if (!Files.exists(DEVICE)) {
            throw new CliFailure(
                    "/dev/fuse is missing: `sudo modprobe fuse` on the host; a container needs"
                            + " `--device /dev/fuse`");
        }
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            throw new CliFailure(
                    "no permission for /dev/fuse: `sudo chmod 666 /dev/fuse`, or run as root");
        }
        if (!System.getProperty("user.name").equals("root") && !onPath("fusermount3")) {
            throw new CliFailure(
                    "fusermount3 is missing, which mounts for users other than root:"
                            + " `sudo apt-get install -y fuse3`");
        }
    }

    private static boolean onPath(String program) {
        String path = System.getenv("PATH");
        return path != null
                && PATH_MARK
                        .splitAsStream(path)
                        .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    private void apart() {
        Path root = state.root();
        boolean insideInternal =
                mountPoint.startsWith(root) && !mountPoint.equals(root.resolve("mount"));
        if (root.startsWith(mountPoint) || insideInternal) {
            throw new CliFailure(
                    "the mount point "
                            + mountPoint
                            + " and the state directory "
                            + root
                            + " overlap: name another one of them");
        }
    }

    private void empty() {
        try {
            Files.createDirectories(mountPoint);
        } catch (IOException failed) {
            throw new CliFailure(
                    "cannot make the directory "
                            + mountPoint
                            + ": it is no directory, or its parent is not yours; name another one",
                    failed);
        }
        try (Stream<Path> entries = Files.list(mountPoint)) {
            if (entries.findAny().isPresent()) {
                throw new CliFailure(
                        mountPoint
                                + " is not empty, and a mount would hide what is in it: name an"
                                + " empty directory");
            }
        } catch (IOException failed) {
            throw new CliFailure("cannot read the directory " + mountPoint + ": check its mode");
        }
    }
}
