package io.forebay.cli;

import io.forebay.cli.prepare.Installation;
import io.forebay.cli.state.CliFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Runs one more mount in the foreground, or has one handed over to a new process; the arguments are
 * the holder's and the mount process's own.
 */
@Command(
        name = "mount",
        description = {
            "Runs a mount in the foreground; arguments are passed on to it.",
            "With --restart DIR: replaces the process that serves the mount at DIR; programs see a"
                    + " short pause."
        })
final class MountCommand implements Callable<Integer> {
    /** Longer than the holder's own patience with its mount. */
    private static final int STOP_SECONDS = 30;

    @Mixin private FuseOption fuse = new FuseOption();

    @Parameters(arity = "0..*", paramLabel = "ARG")
    private List<String> arguments = new ArrayList<>();

    /** Whoever ends this command ends the mount. */
    private static void end(Process holder) {
        holder.destroy();
        try {
            holder.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        List<String> command = Installation.current().holder(fuse.fuse());
        command.addAll(arguments);
        try {
            Process holder = new ProcessBuilder(command).inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(holder)));
            return holder.waitFor();
        } catch (IOException failed) {
            throw new CliFailure("cannot start the mount: " + failed.getMessage(), failed);
        }
    }
}
