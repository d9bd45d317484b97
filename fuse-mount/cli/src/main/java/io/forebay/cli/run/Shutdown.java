package io.forebay.cli.run;

import io.forebay.cli.prepare.Leftovers;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.ProcessRecord;
import io.forebay.cli.state.Registry;
import io.forebay.cli.state.StateDirectory;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** {@code down}: asks the supervisor to stop, and does it itself where there is none. */
public final class Shutdown {
    /** Four processes with twenty seconds of patience each, and a margin. */
    private static final Duration SUPERVISOR_PATIENCE = Duration.ofSeconds(100);

    private final StateDirectory state;
    private final Consumer<String> say;

    public Shutdown(StateDirectory state, Consumer<String> say) {
        this.state = state;
        this.say = say;
    }

    public void run() {
        if (!Files.isDirectory(state.run())) {
            say.accept("Nothing runs in " + state.root() + ".");
            return;
        }
        Optional<ProcessRecord> supervisor = state.supervisor().filter(ProcessRecord::alive);
        supervisor.ifPresent(process -> Leftovers.end(process, SUPERVISOR_PATIENCE));
        Leftovers.stop(state, say);
        StateDirectory.delete(state.readyMark());
        state.forgetSupervisor();
        Registry.remove(state);
        if (supervisor.filter(ProcessRecord::alive).isPresent()) {
            throw new CliFailure("process " + supervisor.get().pid() + " cannot be stopped");
        }
        say.accept(supervisor.isPresent() ? "Stopped." : "Nothing runs in " + state.root() + ".");
    }
}
