package io.forebay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.forebay.cli.graphql.Checks;
import io.forebay.cli.graphql.GraphQlFailure;
import io.forebay.cli.run.FsckText;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares metadata, workers and bucket: 0 clean, 1 findings are left, 2 not all was checked. */
@Command(
        name = "fsck",
        mixinStandardHelpOptions = true,
        description = {
            "Compares a workspace's metadata, its workers and its bucket, and waits.",
            "The workspace may be used meanwhile.",
            "Status 0: clean; 1: findings are left; 2: not all could be checked."
        })
final class FsckCommand implements Callable<Integer> {
    private static final int CLEAN = 0;
    private static final int FOUND = 1;
    private static final int UNCHECKED = 2;
    private static final long PAUSE_MILLIS = 200;

    @Parameters(
            paramLabel = "WORKSPACE",
            arity = "0..1",
            description = "(default: the instance's own)")
    private String workspace = "";

    @Option(names = "--repair", description = "mend what is safe to mend")
    private boolean repair;

    @Option(
            names = "--deep",
            description = "compare checksums as well, with a request for each object")
    private boolean deep;

    @Option(names = "--json", description = "for programs")
    private boolean json;

    @Mixin private StateOption state = new StateOption();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException, JsonProcessingException {
        try {
            return report(check());
        } catch (CliFailure | GraphQlFailure e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("forebay: " + e.getMessage());
            err.flush();
            return UNCHECKED;
        }
    }

    private JsonNode check() throws InterruptedException {
        StateDirectory directory = state.directory();
        Checks checks = new Checks(StateOption.portsOf(directory).graphql());
        String name =
                workspace.isEmpty()
                        ? directory.settings().map(Settings::workspace).orElseThrow()
                        : workspace;
        JsonNode report = checks.start(name, repair, deep);
        String started = report.path("started").asText();
        if (repair != report.path("repair").asBoolean()
                || deep != report.path("deep").asBoolean()) {
            throw new CliFailure("another check runs, with other options: wait for its end");
        }
        while (report.path("state").asText().equals("RUNNING")) {
            Thread.sleep(PAUSE_MILLIS);
            report = checks.last(name);
            if (!report.path("started").asText().equals(started)) {
                throw new CliFailure(
                        "the control plane was started anew during the check: check again");
            }
        }
        return report;
    }

    private int report(JsonNode report) throws JsonProcessingException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report));
        } else {
            FsckText.lines(report).forEach(out::println);
        }
        out.flush();
        boolean left = false;
        for (JsonNode count : report.path("counts")) {
            boolean counts = !count.path("severity").asText().equals("NOTE");
            left |= counts && count.path("left").asLong() > 0;
        }
        return left ? FOUND : report.path("clean").asBoolean() ? CLEAN : UNCHECKED;
    }
}
