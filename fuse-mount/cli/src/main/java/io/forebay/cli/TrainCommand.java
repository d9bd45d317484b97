package io.forebay.cli;

import io.forebay.cli.prepare.Installation;
import io.forebay.cli.train.Training;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The launcher's own: makes the AOT caches. Its JVM records the cache of the command line. */
@Command(
        name = "train",
        hidden = true,
        description = "Runs an instance for a short while and writes the caches of its programs.")
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "where the caches go")
    private Path directory = Path.of("");

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        return new Training(
                        Installation.current(),
                        directory.toAbsolutePath(),
                        spec.commandLine().getOut())
                .run();
    }
}
