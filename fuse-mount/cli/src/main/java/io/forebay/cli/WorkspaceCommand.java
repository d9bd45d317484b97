package io.forebay.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What is done to a whole workspace. */
@Command(
        name = "workspace",
        mixinStandardHelpOptions = true,
        description = "Steers the workspace of an instance.",
        subcommands = {ImportCommand.class})
final class WorkspaceCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
