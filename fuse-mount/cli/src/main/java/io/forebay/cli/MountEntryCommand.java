package io.forebay.cli;

import io.forebay.cli.mounting.DetachedMount;
import io.forebay.cli.mounting.MountEntry;
import io.forebay.cli.prepare.Installation;
import io.forebay.cli.state.CliFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * What the launcher runs where mount(8) has called it, by the name {@code mount.forebay}: mounts,
 * and leaves the mount behind.
 */
@Command(name = "mount-entry", hidden = true, description = "Mounts for mount(8).")
final class MountEntryCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARG")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        MountEntry entry = MountEntry.parse(arguments);
        if (entry.isRemount()) {
            return run(entry.remount());
        }
        List<String> command = Installation.current().holder(entry.fuse());
        command.addAll(entry.arguments());
        if (!entry.pretend()) {
            DetachedMount.at(entry.directory(), entry.log()).start(command);
        }
        return 0;
    }

    private static int run(List<String> command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException failed) {
            throw new CliFailure("cannot run mount(8): " + failed.getMessage(), failed);
        }
    }
}
