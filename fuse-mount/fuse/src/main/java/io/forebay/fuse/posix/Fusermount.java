package io.forebay.fuse.posix;

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
public record Fusermount(Path program) {
    private static final System.Logger LOG = System.getLogger(Fusermount.class.getName());
    private static final String NAME = "fusermount3";

    /** Also where PATH does not name them. */
    private static final List<String> USUAL = List.of("/usr/bin", "/bin", "/usr/local/bin");

    private static final long UNMOUNT_SECONDS = 10;

    /** The program, where it is installed. */
    public static Optional<Fusermount> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator, -1)), USUAL.stream())
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, NAME))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Fusermount::new);
    }

    /**
     * Mounts and brings the device's descriptor.
     *
     * @param options separated by commas; a comma in a value is written {@code \,}
     */
    public DescriptorHandover mount(Path mountPoint, String options) {
        return DescriptorHandover.run(
                program,
                List.of(NAME, "-o", options, "--", mountPoint.toString()),
                System.getenv());
    }

    /** Also while files are open. */
    public void unmount(Path mountPoint) {
        String[] command = {program.toString(), "-u", "-z", "--", mountPoint.toString()};
        try {
            Process process =
                    new ProcessBuilder(command)
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
}
