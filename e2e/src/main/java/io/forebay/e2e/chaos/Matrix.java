package io.forebay.e2e.chaos;

import io.forebay.e2e.chaos.site.Notes;
import io.forebay.e2e.chaos.site.Site;
import io.forebay.e2e.chaos.site.StoreProcess;
import io.forebay.e2e.system.Deployment;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A run through the matrix; says what it does and what it has found. */
public final class Matrix {
    /** Everything in a round has its own bound; this one is for a mount that hangs. */
    private static final int ROUND_LIMIT_MINUTES = 8;

    private static final int ROUNDS_A_LINE = 10;

    private final int rounds;
    private final long seed;
    private final Path directory;
    private final PrintStream out;
    private final Notes notes;
    private final Tally tally = new Tally();

    /**
     * @param seed from which, with its number, all that a round does follows
     * @param directory for everything that the instance keeps
     */
    public Matrix(int rounds, long seed, Path directory, PrintStream out) {
        this.rounds = rounds;
        this.seed = seed;
        this.directory = directory;
        this.out = out;
        this.notes = new Notes(directory.resolve("notes.log"));
    }

    /** Whether nothing was lost. */
    public boolean run() throws Exception {
        Ledger ledger = new Ledger();
        Path objects = directory.resolve("objects");
        try (StoreProcess store = StoreProcess.start(Deployment.home(), objects)) {
            Observer observer = new Observer(ledger, store.bucket(), notes);
            try (Site site = Site.start(directory, store, observer)) {
                Inspection inspection = new Inspection(site, ledger, observer, store.bucket());
                boolean whole = play(site, new Round(inspection)) && isTidy(inspection);
                out.print(tally.table());
                out.println(
                        store.bucket().unfinishedUploads().size() + " unfinished uploads are left");
                out.println(
                        ledger.observations()
                                + " changes of the bucket were looked at, seed "
                                + seed);
                return whole;
            }
        }
    }

    /** What is in the bucket when all is drained is objects, and no parts. */
    private boolean isTidy(Inspection inspection) throws Exception {
        try {
            inspection.tidy();
            return true;
        } catch (Loss left) {
            notes.add("LOST " + left.getMessage());
            out.println("LEFT " + left.getMessage());
            return false;
        }
    }

    private boolean play(Site site, Round round) throws InterruptedException {
        ExecutorService thread =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
        try {
            long start = System.nanoTime();
            for (int number = 0; number < rounds; number++) {
                Cell cell = Cell.of(seed, number);
                int each = number;
                Future<?> playing =
                        thread.submit(() -> {
                            notes.add("round " + each + ", " + cell);
                            notes.add("done:" + round.play(cell, seed, each));
                            return null;
                        });
                String lost = outcome(playing);
                tally.add(cell, !lost.isEmpty());
                if (!lost.isEmpty()) {
                    notes.add("LOST " + lost);
                    sayLost(number, cell, lost, site);
                    return false;
                }
                if ((number + 1) % ROUNDS_A_LINE == 0) {
                    Duration taken = Duration.ofNanos(System.nanoTime() - start);
                    sayProgress(number + 1, taken, round.errors());
                }
            }
            return true;
        } finally {
            thread.shutdownNow(); // one that hangs in a mount ends with the mount
        }
    }

    /** Empty when nothing was lost, else what. */
    private static String outcome(Future<?> playing) throws InterruptedException {
        try {
            playing.get(ROUND_LIMIT_MINUTES, TimeUnit.MINUTES);
            return "";
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            return cause instanceof Loss ? "" + cause.getMessage() : "the round failed: " + cause;
        } catch (TimeoutException hangs) {
            return "the round hangs: it has not ended within " + ROUND_LIMIT_MINUTES + " minutes";
        }
    }

    private void sayProgress(int done, Duration taken, int errors) {
        out.println(
                String.format(
                        Locale.ROOT,
                        "%d rounds, %.1f s each, 0 lost, %d steps answered with an error",
                        done,
                        taken.toMillis() / 1e3 / done,
                        errors));
        out.flush();
    }

    private void sayLost(int number, Cell cell, String lost, Site site) {
        out.println("LOST in round " + number + " of seed " + seed + " (" + cell + "): " + lost);
        out.println("logs: " + site.logs() + ", and " + notes.file());
        out.flush();
    }
}
