package io.forebay.cli;

import io.forebay.cli.graphql.ControlPlane;
import io.forebay.cli.state.CliFailure;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings what was closed at or below a path to the bucket. */
@Command(
        name = "flush",
        mixinStandardHelpOptions = true,
        description = "Brings a file, or all below a directory, to the bucket now.")
final class FlushCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", description = "on a mount")
    private Path path = Path.of("");

    @Option(names = "--wait", description = "return when all of it is in the bucket")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "S",
            defaultValue = "300",
            description = "seconds to wait (default: ${DEFAULT-VALUE})")
    private int timeoutSeconds;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (timeoutSeconds < 1 || timeoutSeconds > 86_400) {
            throw new CliFailure("--timeout is between 1 and 86400 seconds");
        }
        Target target = Target.of(path);
        ControlPlane.Flushed flushed =
                target.controlPlane()
                        .flush(target.workspace(), target.path(), wait, timeoutSeconds);
        if (!flushed.settled() && wait) {
            String why = flushed.failures().isEmpty() ? "" : ": " + flushed.failures().getFirst();
            throw new CliFailure(
                    flushed.pendingFiles()
                            + " files are not in the bucket after "
                            + timeoutSeconds
                            + " s"
                            + why);
        }
        spec.commandLine()
                .getOut()
                .println(
                        flushed.settled()
                                ? "In the bucket."
                                : flushed.pendingFiles() + " files are on their way.");
        spec.commandLine().getOut().flush();
        return 0;
    }
}
