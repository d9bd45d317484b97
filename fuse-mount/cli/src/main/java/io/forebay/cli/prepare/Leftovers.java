package io.forebay.cli.prepare;

import io.forebay.cli.process.Deadline;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.ProcessName;
import io.forebay.cli.state.ProcessRecord;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Ends processes by their records, in order: for when the supervisor cannot do it any more. */
public final class Leftovers {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Leftovers() {}

    /** Stops what an earlier supervisor left running; says so when there was something. */
    public static void stop(StateDirectory state, Consumer<String> say) {
        for (ProcessName name : ProcessName.values()) {
            Optional<ProcessRecord> left = state.process(name);
            if (left.filter(ProcessRecord::alive).isPresent()) {
                say.accept("Stopping the " + name.label() + " that was left running.");
                end(left.get(), PATIENCE);
            }
            state.forget(name);
            if (name == ProcessName.MOUNT) {
                state.settings().filter(_ -> left.isPresent()).ifPresent(Leftovers::unmount);
            }
        }
    }

    /** SIGTERM, patience, SIGKILL. */
    public static void end(ProcessRecord process, Duration patience) {
        process.signal(false);
        Deadline deadline = Deadline.in(patience);
        while (process.alive() && !deadline.passed()) {
            Deadline.pause();
        }
        process.signal(true);
        Deadline last = Deadline.in(Duration.ofSeconds(10));
        while (process.alive() && !last.passed()) {
            Deadline.pause();
        }
    }

    private static void unmount(Settings settings) {
        Path mountPoint = Path.of(settings.mountPoint());
        if (MountTable.read().at(mountPoint).filter(MountTable.Entry::isFuse).isPresent()) {
            Unmount.now(mountPoint);
        }
    }
}
