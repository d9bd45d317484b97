package io.forebay.cli.prepare;

import io.forebay.cli.state.MountTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Takes a mount away by the system's own commands, when the process that made it did not. */
public final class Unmount {
    private static final int PATIENCE_SECONDS = 10;

    private Unmount() {}

    /** Plainly first, then lazily, so that a user of the mount cannot keep it. */
    public static void now(Path mountPoint) {
        for (List<String> command :
                List.of(
                        List.of("umount", mountPoint.toString()),
                        List.of("fusermount3", "-u", "-z", mountPoint.toString()),
                        List.of("umount", "-l", mountPoint.toString()))) {
            if (MountTable.read().at(mountPoint).isEmpty()) {
                return;
            }
            run(command);
        }
    }

    private static void run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException absent) {
            return; // the next command may be there
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }
}
