package io.forebay.cli.run;

import io.forebay.cli.prepare.Instance;
import io.forebay.cli.prepare.Preparation;
import io.forebay.cli.prepare.UpRequest;
import io.forebay.cli.state.CliFailure;
import io.forebay.cli.state.ProcessRecord;
import io.forebay.cli.state.Registry;
import io.forebay.cli.state.StateDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileLock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code up} that stays: starts an instance, watches it, stops it on Ctrl-C. */
public final class Foreground {
    /** The stop has its own bounds, which together are shorter. */
    private static final int STOP_LIMIT_SECONDS = 120;

    private final StateDirectory state;
    private final PrintWriter out;

    public Foreground(StateDirectory state, PrintWriter out) {
        this.state = state;
        this.out = out;
    }

    /** The exit status. */
    public int up(UpRequest request) {
        long start = System.nanoTime();
        state.create();
        try (FileLock _ = state.lock()) {
            StateDirectory.delete(state.readyMark());
            Instance instance = new Preparation(state, this::say).prepare(request);
            return run(instance, start);
        } catch (IOException failed) {
            throw new CliFailure("cannot release the lock of " + state.root(), failed);
        }
    }

    private int run(Instance instance, long start) {
        Supervisor supervisor = new Supervisor(instance, this::say);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopOnSignal(supervisor, stopped)));
        ProcessRecord.of(ProcessHandle.current().pid()).ifPresent(state::rememberSupervisor);
        Registry.add(state);
        try {
            Greeting greeting = new Greeting(instance);
            greeting.writeEnvironment();
            supervisor.start();
            greeting.lines((System.nanoTime() - start) / 1e9).forEach(this::say);
            supervisor.markReady();
            int status = supervisor.watch();
            say("Stopping.");
            return status;
        } finally {
            supervisor.stop();
            state.forgetSupervisor();
            Registry.remove(state);
            stopped.countDown();
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
