package io.forebay.cli;

import io.forebay.cli.run.Shutdown;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops an instance; one that does not run is fine. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Unmounts and stops the instance. What is not in the bucket yet is kept.")
final class DownCommand implements Callable<Integer> {
    @Mixin private StateOption state = new StateOption();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        new Shutdown(state.directory(), spec.commandLine().getOut()::println).run();
        spec.commandLine().getOut().flush();
        return 0;
    }
}
