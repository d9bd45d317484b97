package io.forebay.e2e.chaos;

import io.forebay.e2e.chaos.site.Site;
import io.forebay.e2e.chaos.site.Victim;
import io.forebay.e2e.relay.Moment;
import io.forebay.e2e.relay.StoreCall.Kind;
import io.forebay.e2e.relay.Verdict;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What leads to the kill, and what the program does when it has come. */
final class Scene {
    private static final int TRAP_LIMIT_SECONDS = 90;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    /** More than one put carries, so that it goes in parts. */
    private static final int LARGE_MIN = 9 * MIB;

    private static final int LARGE_MAX = 24 * MIB;
    private static final int PART = 8 * MIB;

    private final Site site;
    private final Inspection inspection;
    private final Cell cell;
    private final Program program;
    private final Random random;

    /** The directory of the round, and the file that most of it is about. */
    private final String place;

    private final String file;

    Scene(Site site, Inspection inspection, Cell cell, Program program, Stage stage) {
        this.site = site;
        this.inspection = inspection;
        this.cell = cell;
        this.program = program;
        this.random = stage.random();
        this.place = stage.place();
        this.file = place + "/file";
    }

    /** Where a round plays, and its chance. */
    record Stage(String place, Random random) {}

    void play() throws Exception {
        switch (cell.point()) {
            case MID_WRITE -> midWrite();
            case FSYNC_TO_UPLOAD -> fsyncToUpload();
            case MID_PART -> midPart();
            case LAST_PART_TO_COMPLETE ->
                    uploading(Moment.ARRIVED, Set.of(Kind.COMPLETE), 0, large());
            case COMPLETE_LOST -> completeLost();
            case MID_RENAME -> midRename();
            case MID_DIRECTORY_RENAME -> midDirectoryRename();
            case MID_DELETE -> midDelete();
        }
    }

    private void midWrite() throws Exception {
        Aside kill = new Aside(this::kill);
        Program.Pauses pauses = new Program.Pauses(kill::start, kill::join);
        if (random.nextInt(3) == 0) {
            update(pauses);
            return;
        }
        earlierVersion();
        Content content = random.nextBoolean() ? small() : large();
        program.write(file, content, random.nextBoolean(), pauses);
    }

    /** The file is changed in place, or grows; in every second round its bytes are away. */
    private void update(Program.Pauses pauses) throws Exception {
        Content before = random.nextInt(3) == 0 ? large() : small();
        program.write(file, before, random.nextBoolean());
        if (random.nextBoolean()) {
            inspection.drain();
            inspection.evict(place);
        }
        int at = random.nextInt(before.size() + 1);
        Content.Patch patch =
                new Content.Patch(random.nextLong(), at, 4 * KIB + random.nextInt(MIB));
        program.update(file, before, patch, random.nextBoolean(), pauses);
    }

    /** Written under another name, and renamed over the file: as programs save what they keep. */
    private void save(Content content, boolean sync) {
        program.write(place + "/file.tmp", content, sync);
        program.rename(place + "/file.tmp", file);
    }

    private void fsyncToUpload() throws Exception {
        earlierVersion();
        for (int i = random.nextInt(3); i > 0; i--) {
            program.write(place + "/other-" + i, small(), true);
        }
        Content content = random.nextInt(3) == 0 ? large() : small();
        if (random.nextBoolean()) {
            program.write(file, content, true, new Program.Pauses(() -> {}, this::kill));
        } else {
            program.write(file, content, true);
            kill();
            goOn();
        }
    }

    private void midPart() throws Exception {
        Content content = large();
        int nth = random.nextInt(Math.ceilDiv(content.size(), PART));
        uploading(Moment.HALF_SENT, Set.of(Kind.PART), nth, content);
    }

    private void completeLost() throws Exception {
        boolean inParts = random.nextInt(3) > 0;
        uploading(
                Moment.DONE,
                Set.of(inParts ? Kind.COMPLETE : Kind.PUT),
                0,
                inParts ? large() : small());
    }

    /** The kill comes at a request of an upload; the program goes on. */
    private void uploading(Moment moment, Set<Kind> kinds, int nth, Content content)
            throws Exception {
        earlierVersion();
        Trap trap = trap(moment, kinds, Set.of(file), nth);
        inspection.observer().set(trap);
        program.write(file, content, random.nextBoolean());
        await(trap);
        goOn();
    }

    /** In half of the rounds, the program does something more with the file. */
    private void goOn() {
        if (!program.errors().isEmpty()) {
            return; // what the file is, is not known
        }
        switch (random.nextInt(8)) {
            case 0 -> program.write(file, small(), random.nextBoolean());
            case 1 -> program.rename(file, place + "/renamed");
            case 2 -> program.delete(file);
            case 3 -> save(small(), random.nextBoolean());
            default -> {}
        }
    }

    private void midRename() throws Exception {
        String to = place + "/renamed";
        program.write(file, random.nextInt(4) == 0 ? large() : small(), random.nextBoolean());
        if (random.nextBoolean()) {
            program.write(to, small(), random.nextBoolean());
        }
        if (random.nextBoolean()) {
            drainFirst();
            List<Runnable> steps = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                steps.add(() -> program.rename(file, to));
                steps.add(() -> program.rename(to, file));
            }
            during(steps);
        } else {
            inspection.drain();
            following(Set.of(file), Set.of(to), () -> program.rename(file, to));
        }
    }

    private void midDirectoryRename() throws Exception {
        String from = place + "/directory";
        String to = place + "/moved";
        List<String> names = new ArrayList<>();
        program.makeDirectory(from);
        for (int i = 2 + random.nextInt(4); i > 0; i--) {
            names.add("/file-" + i);
            program.write(from + "/file-" + i, small(), random.nextBoolean());
        }
        if (random.nextBoolean()) {
            program.makeDirectory(to); // an empty one is replaced
        }
        if (random.nextBoolean()) {
            drainFirst();
            List<Runnable> steps = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                steps.add(() -> program.renameDirectory(from, to));
                steps.add(() -> program.renameDirectory(to, from));
            }
            during(steps);
        } else {
            inspection.drain();
            following(in(from, names), in(to, names), () -> program.renameDirectory(from, to));
        }
    }

    private static Set<String> in(String directory, List<String> names) {
        return Set.copyOf(names.stream().map(name -> directory + name).toList());
    }

    /** A delete on its way when the worker dies reaches the store after all that came later. */
    private void lateDelete() throws Exception {
        program.write(file, small(), random.nextBoolean());
        inspection.drain();
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch later = new CountDownLatch(1);
        Trap.Snap hold =
                _ -> {
                    kill();
                    held.countDown();
                    await(later, "the request may go on");
                    return Verdict.GO_ON;
                };
        inspection
                .observer()
                .set(Trap.at(Moment.ARRIVED, Set.of(Kind.DELETE), Set.of(file), 0, hold));
        program.delete(file);
        await(held, "the object's delete came");
        site.awaitProcesses();
        program.write(file, small(), random.nextBoolean());
        inspection.drain();
        later.countDown();
    }

    private static void await(CountDownLatch latch, String what) {
        try {
            if (!latch.await(TRAP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new Loss("not within " + TRAP_LIMIT_SECONDS + " s: " + what);
            }
        } catch (InterruptedException asked) {
            Thread.currentThread().interrupt();
        }
    }

    private void midDelete() throws Exception {
        if (cell.victim() == Victim.WORKER && random.nextBoolean()) {
            lateDelete();
            return;
        }
        List<String> files = new ArrayList<>();
        for (int i = 2 + random.nextInt(4); i > 0; i--) {
            files.add(place + "/file-" + i);
            program.write(place + "/file-" + i, small(), random.nextBoolean());
        }
        List<Runnable> deletes = new ArrayList<>();
        files.forEach(each -> deletes.add(() -> program.delete(each)));
        if (random.nextBoolean()) {
            drainFirst();
            during(deletes);
        } else {
            inspection.drain();
            Moment moment = random.nextBoolean() ? Moment.ARRIVED : Moment.DONE;
            int nth = random.nextInt(files.size());
            Trap trap = trap(moment, Set.of(Kind.DELETE), Set.copyOf(files), nth);
            inspection.observer().set(trap);
            deletes.forEach(Runnable::run);
            if (random.nextBoolean()) {
                program.write(files.getFirst(), small(), random.nextBoolean());
                trap = trap.sprung().getCount() == 0 ? trap : relaxed(trap);
            }
            await(trap);
        }
        if (random.nextInt(3) == 0) {
            program.write(files.getLast(), small(), random.nextBoolean());
        }
    }

    /** A file that is made again need not be deleted any more, so that any request will do. */
    private Trap relaxed(Trap tight) {
        Set<Kind> kinds = Set.of(Kind.DELETE, Kind.PUT);
        Trap any = trap(tight.moment(), kinds, tight.keys(), 0);
        inspection.observer().set(any);
        return any;
    }

    /** The bucket's way after a rename. */
    private void following(Set<String> from, Set<String> to, Runnable rename) throws Exception {
        Set<Kind> copies = Set.of(Kind.COPY, Kind.COPY_PART);
        Set<Kind> completes = Set.of(Kind.COPY, Kind.COMPLETE);
        int nth = random.nextInt(from.size());
        Trap trap =
                switch (random.nextInt(6)) {
                    case 0 -> trap(Moment.ARRIVED, copies, to, nth);
                    case 1 -> trap(Moment.DONE, copies, to, nth);
                    case 2 -> trap(Moment.ARRIVED, completes, to, nth);
                    case 3 -> trap(Moment.DONE, completes, to, nth);
                    case 4 -> trap(Moment.ARRIVED, Set.of(Kind.DELETE), from, nth);
                    default -> trap(Moment.DONE, Set.of(Kind.DELETE), from, nth);
                };
        inspection.observer().set(trap);
        rename.run();
        await(trap);
    }

    /** The kill comes while the program does one step after the other. */
    private void during(List<Runnable> steps) {
        Aside kill = new Aside(this::kill);
        int at = random.nextInt(steps.size());
        for (int i = 0; i < steps.size() && program.errors().isEmpty(); i++) {
            if (i == at) {
                kill.start();
            }
            steps.get(i).run();
        }
        kill.join();
    }

    /** In every second round what is renamed or deleted is in the bucket already. */
    private void drainFirst() throws Exception {
        if (random.nextBoolean()) {
            inspection.drain();
        }
    }

    /** In two of three rounds the file has one, of which each second is in the bucket. */
    private void earlierVersion() throws Exception {
        if (random.nextInt(3) > 0) {
            save(small(), random.nextBoolean());
            drainFirst();
        }
    }

    private void kill() {
        inspection.observer().note("kill the " + cell.victim().label());
        site.kill(cell.victim(), cell.path());
    }

    private Trap trap(Moment moment, Set<Kind> kinds, Set<String> keys, int nth) {
        boolean cut = moment == Moment.DONE || cell.victim() == Victim.OBJECT_STORE;
        return Trap.at(moment, kinds, keys, nth, _ -> killAt(cut));
    }

    private Verdict killAt(boolean cut) {
        kill();
        return cut ? Verdict.CUT : Verdict.GO_ON;
    }

    private void await(Trap trap) throws InterruptedException {
        expedite();
        if (!trap.sprung().await(TRAP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new Loss(
                    "no request came within "
                            + TRAP_LIMIT_SECONDS
                            + " s that is "
                            + trap.kinds()
                            + " of "
                            + trap.keys()
                            + ": "
                            + trap.keys().stream().map(site::says).toList());
        }
    }

    /** Saves the time that a closed file rests; what it cannot ask for comes by itself. */
    private void expedite() {
        try {
            site.flush(false);
        } catch (IllegalStateException | UncheckedIOException killed) {
            return;
        }
    }

    private Content small() {
        return new Content(random.nextLong(), 4 * KIB + random.nextInt(MIB));
    }

    private Content large() {
        return new Content(random.nextLong(), LARGE_MIN + random.nextInt(LARGE_MAX - LARGE_MIN));
    }
}
