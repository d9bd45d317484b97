package io.forebay.cli.process;

import io.forebay.cli.state.CliFailure;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A process in the foreground, with this one's words and life: whoever ends this ends it. */
public final class Attached {
    /** Longer than each of ours needs to end in order. */
    private static final int STOP_SECONDS = 30;

    private Attached() {}

    /**
     * Its exit status.
     *
     * @param what it is, for a person
     */
    public static int run(String what, ProcessBuilder command) throws InterruptedException {
        try {
            Process process = command.inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process)));
            return process.waitFor();
        } catch (IOException failed) {
            throw new CliFailure("cannot start the " + what + ": " + failed.getMessage(), failed);
        }
    }

    private static void end(Process process) {
        process.destroy();
        try {
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }
}
