package io.forebay.cli;

import io.forebay.cli.graphql.GraphQlFailure;
import io.forebay.cli.state.CliFailure;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code forebay}: 0 done, 1 failed, 2 wrong arguments. */
@Command(
        name = "forebay",
        mixinStandardHelpOptions = true,
        version = "forebay 0.1.0",
        description = "A POSIX write cache for AI training that drains to object storage.",
        footer = {
            "",
            "The launcher adds: `forebay build`, `forebay test [MAVEN ARGS]`, `forebay bench`."
        },
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            StatusCommand.class,
            FlushCommand.class,
            EvictCommand.class,
            ResolveCommand.class,
            FsckCommand.class,
            WorkspaceCommand.class,
            MountCommand.class,
            MountEntryCommand.class,
            TrainCommand.class,
            WorkerCommand.class
        })
public final class Forebay implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Forebay());
        for (String name : List.of("mount", "mount-entry")) {
            Objects.requireNonNull(line.getSubcommands().get(name))
                    .setUnmatchedOptionsArePositionalParams(true);
        }
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((thrown, at, _) -> report(thrown, at))
                .setParameterExceptionHandler(Forebay::misused)
                .execute(arguments);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int report(Exception thrown, CommandLine line) {
        PrintWriter err = line.getErr();
        switch (thrown) {
            case CliFailure failure -> err.println("forebay: " + failure.getMessage());
            case GraphQlFailure refused -> err.println("forebay: " + refused.getMessage());
            default -> {
                err.println("forebay: internal error, please report it:");
                thrown.printStackTrace(err);
            }
        }
        err.flush();
        return 1;
    }

    private static int misused(CommandLine.ParameterException wrong, String... arguments) {
        PrintWriter err = wrong.getCommandLine().getErr();
        err.println(
                "forebay: "
                        + wrong.getMessage()
                        + " (see `"
                        + wrong.getCommandLine().getCommandSpec().qualifiedName()
                        + " --help`)");
        err.flush();
        return 2;
    }
}
