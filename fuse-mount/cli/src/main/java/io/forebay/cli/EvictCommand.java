package io.forebay.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Drops local copies of what the bucket has. */
@Command(
        name = "evict",
        mixinStandardHelpOptions = true,
        description = "Drops the local copies of clean files; reading brings them back.")
final class EvictCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", description = "on a mount")
    private Path path = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Target target = Target.of(path);
        long requested = target.controlPlane().evict(target.workspace(), target.path());
        spec.commandLine().getOut().println(requested + " local copies were asked to go.");
        spec.commandLine().getOut().flush();
        return 0;
    }
}
