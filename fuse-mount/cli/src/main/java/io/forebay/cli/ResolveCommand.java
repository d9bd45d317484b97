package io.forebay.cli;

import io.forebay.cli.graphql.ControlPlane.Resolved;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Ends the conflict of a file whose object somebody else changed. */
@Command(
        name = "resolve",
        mixinStandardHelpOptions = true,
        description = "Decides which version of a file in CONFLICT stays.")
final class ResolveCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", description = "of a file on a mount")
    private Path path = Path.of("");

    @Option(
            names = "--keep",
            required = true,
            paramLabel = "WHICH",
            description =
                    "ours: the file replaces the object that was seen; theirs: the object replaces"
                            + " the file; both: theirs stays, ours gets a name beside it")
    private Keep keep = Keep.BOTH;

    @Spec private CommandSpec spec = CommandSpec.create();

    private enum Keep {
        OURS,
        THEIRS,
        BOTH
    }

    @Override
    public Integer call() {
        Target target = Target.of(path);
        Resolved resolved =
                target.controlPlane()
                        .resolveConflict(target.workspace(), target.path(), keep.name());
        PrintWriter out = spec.commandLine().getOut();
        if (!resolved.ours().isEmpty()) {
            out.println("ours: /" + resolved.ours());
        }
        if (!resolved.theirs().isEmpty()) {
            out.println("theirs: /" + resolved.theirs());
        }
        if (resolved.ours().isEmpty() && resolved.theirs().isEmpty()) {
            out.println("The file is removed, as its object was.");
        }
        out.flush();
        return 0;
    }
}
