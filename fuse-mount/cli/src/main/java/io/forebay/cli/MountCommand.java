package io.forebay.cli;

import io.forebay.cli.prepare.Installation;
import io.forebay.cli.state.CliFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs one more mount in the foreground; its arguments are the mount process's own. */
@Command(
        name = "mount",
        description = "Runs a mount process in the foreground; arguments are passed on to it.")
final class MountCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARG")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        Installation installation = Installation.current();
        List<String> command = new ArrayList<>(List.of(installation.java().toString()));
        command.addAll(Installation.mountJvmFlags());
        command.addAll(List.of("-cp", installation.mountClassPath(), "io.forebay.mount.MountMain"));
        command.addAll(arguments);
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (IOException failed) {
            throw new CliFailure("cannot start the mount: " + failed.getMessage(), failed);
        }
    }
}
