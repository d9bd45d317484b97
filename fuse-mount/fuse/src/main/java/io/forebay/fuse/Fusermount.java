package io.forebay.fuse;

import io.forebay.fuse.posix.DescriptorHandover;
import io.forebay.fuse.posix.Device;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code fusermount3}, the set-uid program of libfuse that mounts for those who may not. */
final class Fusermount {
    private static final System.Logger LOG = System.getLogger(Fusermount.class.getName());
    private static final String NAME = "fusermount3";

    /** Also where PATH does not name them. */
    private static final List<String> USUAL = List.of("/usr/bin", "/bin", "/usr/local/bin");

    private static final long UNMOUNT_SECONDS = 10;

    private Fusermount() {}

    /**
     * @throws FuseMountException with what to do
     */
    static Device mount(Path mountPoint, MountOptions options, String subtype) {
        Path program =
                find().orElseThrow(() ->
                        new FuseMountException(
                                "Mounting needs CAP_SYS_ADMIN or the program"
                                        + " fusermount3, and neither is here."
                                        + " Install it: apt install fuse3"));
        String list =
                "fsname=%s,subtype=%s,default_permissions%s"
                        .formatted(
                                options.source().replace("\\", "\\\\").replace(",", "\\,"),
                                subtype,
                                options.allowOther() ? ",allow_other" : "");
        DescriptorHandover handover =
                DescriptorHandover.run(
                        program,
                        List.of(NAME, "-o", list, "--", mountPoint.toString()),
                        System.getenv());
        if (handover.descriptor() < 0) {
            throw new FuseMountException(
                    "fusermount3 could not mount at " + mountPoint + ": " + handover.errors());
        }
        return Device.of(handover.descriptor());
    }

    /** Also while files are open. */
    static void unmount(Path mountPoint) {
        Optional<Path> program = find();
        if (program.isEmpty()) {
            return;
        }
        try {
            Process process =
                    new ProcessBuilder(
                                    program.get().toString(),
                                    "-u",
                                    "-z",
                                    "--",
                                    mountPoint.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(UNMOUNT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.WARNING, "fusermount3 could not be run", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<Path> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator, -1)), USUAL.stream())
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, NAME))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
