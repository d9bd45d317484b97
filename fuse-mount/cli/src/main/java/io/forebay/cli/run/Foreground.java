package io.forebay.cli.run;

import io.forebay.cli.prepare.Installation;
import io.forebay.cli.prepare.Instance;
import io.forebay.cli.prepare.Preparation;
import io.forebay.cli.prepare.UpRequest;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.ProcessRecord;
import io.forebay.cli.state.Registry;
import io.forebay.cli.state.Settings;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileLock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Starts an instance, stays with it while there is something to do, and stops it. */
public final class Foreground {
    /** The stop has its own bounds, which together are shorter. */
    private static final int STOP_LIMIT_SECONDS = 120;

    private final Installation installation;
    private final StateDirectory state;
    private final PrintWriter out;

    /** What is done with an instance that is ready. */
    public interface Stay {
        /** Returns the exit status, soon after a stop was asked for. */
        int with(Instance instance, Supervisor supervisor);
    }

    public Foreground(Installation installation, StateDirectory state, PrintWriter out) {
        this.installation = installation;
        this.state = state;
        this.out = out;
    }

    /** {@code up} that stays: watches the instance until Ctrl-C. Returns the exit status. */
    public int up(UpRequest request) {
        return up(request, (_, supervisor) -> supervisor.watch());
    }

    /** The exit status. */
    public int up(UpRequest request, Stay stay) {
        long start = System.nanoTime();
        state.create();
        try (FileLock _ = state.lock()) {
            StateDirectory.delete(state.readyMark());
            Optional<Settings> before = state.settings();
            Instance instance = new Preparation(installation, state, this::say).prepare(request);
            Supervisor supervisor =
                    new Supervisor(instance, request.mode().healthyAfter(), this::say);
            return run(instance, supervisor, before, stay, start);
        } catch (IOException failed) {
            throw new CliFailure("cannot release the lock of " + state.root(), failed);
        }
    }

    private int run(
            Instance instance,
            Supervisor supervisor,
            Optional<Settings> before,
            Stay stay,
            long start) {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopOnSignal(supervisor, stopped)));
        ProcessRecord.of(ProcessHandle.current().pid()).ifPresent(state::rememberSupervisor);
        Registry.add(state);
        try {
            Greeting greeting = new Greeting(instance);
            greeting.writeEnvironment();
            start(supervisor, before);
            greeting.lines((System.nanoTime() - start) / 1e9).forEach(this::say);
            supervisor.markReady();
            int status = stay.with(instance, supervisor);
            say("Stopping.");
            return status;
        } finally {
            supervisor.stop();
            state.forgetSupervisor();
            Registry.remove(state);
            stopped.countDown();
        }
    }

    /** The next start asks again for what worked, not for what did not. */
    private void start(Supervisor supervisor, Optional<Settings> before) {
        try {
            supervisor.start();
        } catch (CliFailure refused) {
            before.ifPresent(state::remember);
            throw refused;
        }
    }

    private static void stopOnSignal(Supervisor supervisor, CountDownLatch stopped) {
        supervisor.askToStop();
        try {
            stopped.await(STOP_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
