package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.DataPath;
import io.forebay.e2e.model.Calls;
import io.forebay.e2e.system.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A listing shows each name that is there all the time exactly once, whatever comes and goes on
 * both mounts meanwhile. {@code -Dforebay.directory.entries=1000000} is the full size.
 */
@Timeout(1800)
final class LargeDirectoryTest {
    private static final int ENTRIES = Integer.getInteger("forebay.directory.entries", 10_000);
    private static final long SEED = Long.getLong("forebay.seed", 5);
    private static final int MAKERS = 4;

    /** One in so many entries is gone back to, this far at most: less than a reply is long. */
    private static final int SEEK_EACH = 200;

    private static final int SEEK_BACK = 50;
    private static final Duration LIMIT = Duration.ofMinutes(20);

    private final TwoMounts mounts = new TwoMounts();

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        mounts.start(directory);
    }

    @AfterEach
    void stop() {
        mounts.close();
    }

    @Test
    void aListingShowsWhatStaysOnce() throws Exception {
        Path here = mounts.root(DataPath.PASSTHROUGH).resolve("large");
        Path there = mounts.root(DataPath.PROCESS).resolve("large");
        Files.createDirectory(here);
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            fill(threads, here);
            AtomicBoolean enough = new AtomicBoolean();
            List<Future<?>> changes = new ArrayList<>();
            for (Path each : List.of(here, there)) {
                long seed = SEED + changes.size();
                changes.add(threads.submit(() -> change(each, new Random(seed), enough)));
            }
            try {
                for (Path each : List.of(here, there)) {
                    showsWhatStays(each, _ -> {});
                    showsWhatStays(each, name -> attributes(each.resolve(name)));
                    goesBack(each);
                }
            } finally {
                enough.set(true);
            }
            for (Future<?> each : changes) {
                each.get();
            }
        }
        goesOnAfterTheProcessDied(there);
        removesAll(here);
    }

    private static void fill(ExecutorService threads, Path directory) throws Exception {
        List<Future<?>> makers = new ArrayList<>();
        for (int maker = 0; maker < MAKERS; maker++) {
            int first = maker;
            makers.add(
                    threads.submit(() -> {
                        for (int i = first; i < ENTRIES; i += MAKERS) {
                            fifo(directory.resolve(stays(i)));
                        }
                    }));
        }
        for (Future<?> each : makers) {
            each.get();
        }
    }

    private static String stays(int index) {
        return "f%07d".formatted(index);
    }

    private static void fifo(Path path) {
        assertEquals(0, Calls.call("mkfifo", path.toString(), 0600), path.toString());
    }

    /** Names between those that stay, of one mount alone. */
    private static void change(Path directory, Random random, AtomicBoolean enough) {
        String own = "~" + Integer.toHexString(directory.hashCode()) + "-";
        for (int i = 0; !enough.get(); i++) {
            Path made = directory.resolve(stays(random.nextInt(ENTRIES)) + own + i);
            fifo(made);
            Path last = made;
            if (random.nextBoolean()) {
                last = directory.resolve(stays(random.nextInt(ENTRIES)) + own + i + "moved");
                assertEquals(0, Calls.call("rename", made.toString(), last.toString()));
            }
            if (random.nextInt(10) != 0) {
                assertEquals(0, Calls.call("unlink", last.toString()));
            }
        }
    }

    /** Names in their order, so that none can be there twice, and all that stay. */
    private static void showsWhatStays(Path directory, Consumer<String> each) {
        int stayed = 0;
        String before = "";
        try (OpenListing listing = new OpenListing(directory)) {
            for (var entry = listing.next(); entry != null; entry = listing.next()) {
                String name = entry.name();
                assertTrue(before.compareTo(name) < 0, before + " comes before " + name);
                before = name;
                if (name.indexOf('~') < 0) {
                    assertEquals(stays(stayed), name);
                    each.accept(name);
                    stayed++;
                }
            }
        }
        assertEquals(ENTRIES, stayed);
    }

    private static void attributes(Path path) {
        try {
            Files.readAttributes(path, "unix:ino");
        } catch (IOException e) {
            throw new AssertionError(path + " is there all the time", e);
        }
    }

    /** From where telldir was, the names that stay come again. */
    private static void goesBack(Path directory) {
        Random random = new Random(SEED);
        int stayed = 0;
        try (OpenListing listing = new OpenListing(directory)) {
            for (var entry = listing.next(); entry != null; entry = listing.next()) {
                if (entry.name().indexOf('~') >= 0) {
                    continue;
                }
                assertEquals(stays(stayed), entry.name());
                stayed++;
                if (random.nextInt(SEEK_EACH) == 0) {
                    int far = random.nextInt(SEEK_BACK);
                    long place = entry.place();
                    for (int i = 0; i < far && entry != null; i++) {
                        entry = listing.next();
                    }
                    listing.seek(place);
                }
            }
        }
        assertEquals(ENTRIES, stayed);
    }

    private void goesOnAfterTheProcessDied(Path directory) throws Exception {
        int stayed = 0;
        try (OpenListing listing = new OpenListing(directory)) {
            for (var entry = listing.next(); entry != null; entry = listing.next()) {
                if (entry.name().indexOf('~') < 0) {
                    assertEquals(stays(stayed), entry.name());
                    stayed++;
                    if (stayed == ENTRIES / 2) {
                        mounts.killServer(DataPath.PROCESS);
                    }
                }
            }
        }
        assertEquals(ENTRIES, stayed);
    }

    private static void removesAll(Path directory) {
        Command.Outcome removed =
                new Command(List.of("rm", "-rf", directory.toString()), Map.of(), LIMIT).run();
        assertEquals(0, removed.status(), removed.all());
        assertFalse(Files.exists(directory));
    }
}
