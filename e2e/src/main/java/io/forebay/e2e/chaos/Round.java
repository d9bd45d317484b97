package io.forebay.e2e.chaos;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.chaos.site.Site;
import io.forebay.e2e.chaos.site.Victim;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Plays one cell of the matrix after the other, and checks everything after each. */
final class Round {
    /** Directories of earlier rounds that stay, and must stay as they are. */
    private static final int KEPT = 2;

    /** The directory of the companion. */
    private static final String BESIDE = "-beside";

    private final Inspection inspection;
    private final Site site;
    private final Ledger ledger;
    private final Deque<String> kept = new ArrayDeque<>();
    private int errors;

    Round(Inspection inspection) {
        this.inspection = inspection;
        this.site = inspection.site();
        this.ledger = inspection.ledger();
    }

    /** Steps of programs that failed, of all rounds. */
    int errors() {
        return errors;
    }

    /** Throws a {@link Loss} when something is; else says how long what took. */
    String play(Cell cell, long seed, int number) throws Exception {
        StopWatch watch = new StopWatch();
        String place = "round-" + number;
        Random random = new Random(seed * 1_000_003 + number);
        Program program = new Program(site.root(cell.path()), ledger);
        Program other = new Program(site.root(cell.path().other()), ledger);
        Companion companion = new Companion(other, place + BESIDE, new Random(random.nextLong()));
        site.awaitProcesses();
        program.makeDirectory(place);
        watch.lap("begin");
        if (random.nextInt(3) == 0) {
            companion.start();
        }
        new Scene(site, inspection, cell, program, new Scene.Stage(place, random)).play();
        inspection.observer().clear();
        if (random.nextInt(4) == 0) {
            site.killAgain(cell.victim(), cell.path(), random.nextBoolean());
        }
        companion.join();
        watch.lap("scene");
        site.awaitProcesses();
        watch.lap("processes");
        count(program, cell);
        count(other, cell);
        removeSpoiled(place, program);
        check(cell.path(), place, watch);
        kept.add(place);
        removeOldest(program);
        watch.lap("end");
        return watch.toString();
    }

    private void count(Program program, Cell cell) {
        errors += program.errors().size();
        if (cell.victim() == Victim.MOUNT && !program.errors().isEmpty()) {
            throw new Loss(
                    "a mount that dies is a pause, and the program had an error: "
                            + program.errors());
        }
    }

    private void check(DataPath path, String place, StopWatch watch) throws Exception {
        inspection.mount(path, "");
        watch.lap("mount");
        inspection.drain();
        watch.lap("drain");
        inspection.fsck();
        watch.lap("fsck");
        inspection.evict(place);
        watch.lap("evict");
        inspection.mount(path.other(), place);
        inspection.mount(path, place);
        watch.lap("read back");
    }

    private void removeSpoiled(String place, Program program) {
        for (String directory : List.of(place, place + BESIDE)) {
            ledger.spoiledIn(directory).forEach(program::removeSpoiled);
        }
    }

    private void removeOldest(Program program) throws IOException {
        if (kept.size() <= KEPT) {
            return;
        }
        String oldest = kept.remove();
        for (String directory : List.of(oldest, oldest + BESIDE)) {
            ledger.presentIn(directory).forEach(program::delete);
            program.removeTree(directory);
        }
    }
}
