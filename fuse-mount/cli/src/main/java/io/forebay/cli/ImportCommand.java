package io.forebay.cli;

import io.forebay.cli.graphql.Imports;
import io.forebay.cli.graphql.Imports.Progress;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes a workspace's files out of its bucket, and waits for that. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Makes files and directories of the objects in the workspace's bucket, and waits.",
            "What is there already stays as it is, so that it can be run again.",
            "What does not say whose it is belongs to who runs this.",
            "Status 1 also where objects were left alone; each is told with its reason."
        })
final class ImportCommand implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 300;
    private static final Path SELF = Path.of("/proc/self");

    @Mixin private StateOption state = new StateOption();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        StateDirectory directory = state.directory();
        Imports imports = new Imports(StateOption.portsOf(directory).graphql());
        String workspace = directory.settings().map(Settings::workspace).orElseThrow();
        PrintWriter err = spec.commandLine().getErr();
        Progress progress = imports.start(workspace, id("unix:uid"), id("unix:gid"));
        String told = "";
        while (progress.running()) {
            if (!progress.message().equals(told)) {
                told = progress.message();
                err.println("forebay: waiting for the bucket: " + told);
                err.flush();
            }
            Thread.sleep(PAUSE_MILLIS);
            progress = imports.last(workspace);
        }
        return report(progress);
    }

    private int report(Progress ended) {
        PrintWriter out = spec.commandLine().getOut();
        ended.skips().forEach(out::println);
        if (ended.skipped() > ended.skips().size()) {
            out.println("... the control plane's log has the others (event=import.skipped)");
        }
        out.println(
                ended.files()
                        + " files and "
                        + ended.directories()
                        + " directories were made, "
                        + ended.present()
                        + " were there already.");
        out.flush();
        if (ended.failed()) {
            throw new CliFailure(
                    "the import stopped: " + ended.message() + " Run it again to go on.");
        }
        if (ended.skipped() > 0) {
            throw new CliFailure(ended.skipped() + " objects were left alone");
        }
        return 0;
    }

    private static int id(String attribute) {
        try {
            return (Integer) Objects.requireNonNull(Files.getAttribute(SELF, attribute));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
