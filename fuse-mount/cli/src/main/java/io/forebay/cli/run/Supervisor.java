package io.forebay.cli.run;

import io.forebay.cli.prepare.Instance;
import io.forebay.cli.prepare.Leftovers;
import io.forebay.cli.prepare.Unmount;
import io.forebay.cli.process.Child;
import io.forebay.cli.process.Deadline;
import io.forebay.cli.process.LogTail;
import io.forebay.cli.process.Probes;
import io.forebay.cli.process.Restarts;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.MountTable;
import io.forebay.cli.state.ProcessName;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Starts the processes of an instance, starts again those that die, and stops them in order. One
 * thread runs {@link #start}, {@link #watch} and {@link #stop}; {@link #askToStop} may be called
 * from any.
 */
public final class Supervisor {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    /** Writing a cache takes its process some seconds of a processor. */
    private static final Duration RECORDING_PATIENCE = Duration.ofSeconds(90);

    private static final int SHOWN_LINES = 8;

    private sealed interface Event {
        record Ended(Child child) implements Event {}

        record StopAsked() implements Event {}
    }

    private final Instance instance;
    private final Launches launches;
    private final Duration healthyAfter;
    private final Consumer<String> say;
    private final Map<ProcessName, Child> children = new EnumMap<>(ProcessName.class);
    private final Map<ProcessName, Restarts> restarts = new EnumMap<>(ProcessName.class);
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean stopAsked;

    /**
     * @param healthyAfter as {@link Restarts} counts
     */
    public Supervisor(Instance instance, Duration healthyAfter, Consumer<String> say) {
        this.instance = instance;
        this.healthyAfter = healthyAfter;
        this.launches = new Launches(instance);
        this.say = say;
    }

    /** Returns when a file can be written to the mount. What fails leaves {@link #stop} to do. */
    public void start() {
        Deadline deadline = Deadline.in(START_LIMIT);
        if (instance.settings().localStore()) {
            launch(ProcessName.OBJECT_STORE);
        }
        launch(ProcessName.CONTROL_PLANE);
        launch(ProcessName.WORKER);
        if (instance.settings().localStore()) {
            await(
                    ProcessName.OBJECT_STORE,
                    () -> Probes.listens(instance.ports().objectStore()),
                    deadline);
        }
        await(
                ProcessName.CONTROL_PLANE,
                () -> Probes.healthy(instance.ports().graphql()),
                deadline);
        await(ProcessName.WORKER, () -> Probes.healthy(instance.ports().worker()), deadline);
        new WorkspaceSetup(instance, say).ensure();
        launch(ProcessName.HOLDER);
        await(ProcessName.HOLDER, this::mounted, deadline);
    }

    /** Tells a waiting {@code up --detach}, after the last word to the user. */
    public void markReady() {
        try {
            Files.createFile(instance.state().readyMark());
        } catch (IOException failed) {
            throw new CliFailure("cannot write " + instance.state().readyMark(), failed);
        }
    }

    /** Returns the exit status when a stop was asked for, or going on makes no sense. */
    public int watch() {
        while (true) {
            switch (next()) {
                case Event.StopAsked() -> {
                    return 0;
                }
                case Event.Ended(Child child) -> {
                    if (children.get(child.name()) == child) {
                        if (unmountedFromOutside(child)) {
                            say.accept("The mount was unmounted from outside: stopping.");
                            return 0;
                        }
                        if (!restart(child)) {
                            return 1;
                        }
                    }
                }
            }
        }
    }

    /** Makes {@link #watch}, or a start that is under way, end soon. */
    public void askToStop() {
        stopAsked = true;
        events.add(new Event.StopAsked());
    }

    /** Mount, worker, control plane, object store: each has its successor while it ends. */
    public void stop() {
        StateDirectory.delete(instance.state().readyMark());
        for (ProcessName name : ProcessName.values()) {
            Child child = children.remove(name);
            if (child != null) {
                child.stop(
                        instance.installation().caches().recording()
                                ? RECORDING_PATIENCE
                                : STOP_PATIENCE);
                instance.state().forget(name);
                if (name == ProcessName.HOLDER) {
                    endMount();
                }
            }
        }
    }

    /** What a holder that was killed leaves: a mount that nobody keeps any more. */
    private void endMount() {
        instance.state()
                .process(ProcessName.MOUNT)
                .ifPresent(left -> Leftovers.end(left, STOP_PATIENCE));
        instance.state().forget(ProcessName.MOUNT);
        Unmount.now(instance.mountPoint());
    }

    /** Whether somebody asked for the stop. */
    public boolean stopAsked() {
        return stopAsked;
    }

    private void launch(ProcessName name) {
        children.put(
                name,
                Child.start(
                        launches.of(name),
                        instance.state(),
                        child -> events.add(new Event.Ended(child))));
    }

    private void await(ProcessName name, BooleanSupplier ready, Deadline deadline) {
        while (!ready.getAsBoolean()) {
            if (stopAsked) {
                throw new CliFailure("stopped before it was ready");
            }
            for (Child child : children.values()) {
                if (!child.alive()) {
                    throw new CliFailure(
                            "the "
                                    + child.name().label()
                                    + " did not start: "
                                    + LogTail.reason(child.lastLines(200))
                                    + " (log: "
                                    + child.log()
                                    + ")");
                }
            }
            if (deadline.passed()) {
                throw new CliFailure(
                        "the "
                                + name.label()
                                + " was not ready in "
                                + START_LIMIT.toSeconds()
                                + " s: look into "
                                + instance.state().log(name.fileName()));
            }
            Deadline.pause();
        }
    }

    private boolean mounted() {
        return MountTable.read()
                        .at(instance.mountPoint())
                        .filter(MountTable.Entry::isFuse)
                        .isPresent()
                && Probes.answers(instance.mountPoint());
    }

    private Event next() {
        try {
            return events.take();
        } catch (InterruptedException asked) {
            return new Event.StopAsked();
        }
    }

    private boolean unmountedFromOutside(Child child) {
        return child.name() == ProcessName.HOLDER
                && child.exitStatus() == 0
                && MountTable.read().at(instance.mountPoint()).isEmpty();
    }

    private boolean restart(Child dead) {
        ProcessName name = dead.name();
        List<String> lines = dead.lastLines(SHOWN_LINES);
        say.accept(
                "The "
                        + name.label()
                        + " ended with status "
                        + dead.exitStatus()
                        + "; its last lines:");
        lines.forEach(line -> say.accept("  | " + line));
        Restarts history = restarts.computeIfAbsent(name, _ -> new Restarts(healthyAfter));
        if (!history.another()) {
            say.accept("It ends again and again: stopping. Its log: " + dead.log());
            return false;
        }
        Deadline rest = Deadline.in(history.backOff());
        while (!rest.passed() && !stopAsked) {
            Deadline.pause();
        }
        if (!stopAsked) {
            if (name == ProcessName.HOLDER) {
                endMount();
            }
            launch(name);
            say.accept("Started the " + name.label() + " again.");
        }
        return true;
    }
}
