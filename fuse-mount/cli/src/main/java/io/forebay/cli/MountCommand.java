package io.forebay.cli;

import io.forebay.cli.prepare.Installation;
import io.forebay.cli.process.Attached;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
    @Mixin private FuseOption fuse = new FuseOption();

    @Parameters(arity = "0..*", paramLabel = "ARG")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        List<String> command = Installation.current().holder(fuse.fuse());
        command.addAll(arguments);
        return Attached.run("mount", new ProcessBuilder(command));
    }
}
