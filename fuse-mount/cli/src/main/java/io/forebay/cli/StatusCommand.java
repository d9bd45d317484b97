package io.forebay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.cli.run.Status;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What runs, and how far the bucket is behind; ends with 3 when nothing runs. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows what runs and how far the bucket is behind (status 3: not running).")
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_RUNNING = 3;

    @Mixin private StateOption state = new StateOption();

    @Option(names = "--json", description = "for programs")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws JsonProcessingException {
        Status status = Status.of(state.directory());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(status));
        } else {
            status.lines().forEach(out::println);
        }
        out.flush();
        return status.running() ? 0 : NOT_RUNNING;
    }
}
