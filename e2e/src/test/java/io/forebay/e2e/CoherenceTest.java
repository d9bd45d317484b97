package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Invariants I3 and I7 on two mounts of one workspace whose kernels believe what they know for half
 * a minute: each learns of what the other does long before that.
 */
@Timeout(400)
final class CoherenceTest {
    /** A third of what the kernel believes: whoever waited for that would be too late. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int NAMES = 8;

    /** Calls of all threads together before something dies. */
    private static final int STORM = 300;

    private static final long SEED = Long.getLong("forebay.seed", 1);

    @TempDir private Path directory;

    @Test
    void eachMountSeesWhatTheOtherDoes() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            Path first = deployment.mountPoint();
            List<List<String>> modes = List.of(List.of(), List.of("--no-passthrough"));
            for (List<String> mode : modes) {
                try (SecondMount second =
                        SecondMount.of(deployment, directory.resolve("second" + mode), mode)) {
                    double before = resets(deployment);
                    follows(first, second.mountPoint(), "to" + mode);
                    follows(second.mountPoint(), first, "from" + mode);
                    assertEquals(before, resets(deployment), "each change was told by itself");
                }
            }
            forgetsNothingItself(deployment, first.resolve("own"));
        }
    }

    private static void follows(Path here, Path there, String name) throws Exception {
        Files.createDirectory(here.resolve(name));
        Path mine = here.resolve(name);
        Path theirs = there.resolve(name);
        soon("a directory is there", () -> Files.isDirectory(theirs));
        namesFollow(mine, theirs);
        contentFollows(mine, theirs);
        Files.delete(mine.resolve("x"));
        soon("it is removed", () -> !exists(theirs.resolve("x")));
        Files.delete(mine);
        soon("the directory is removed", () -> !exists(theirs));
    }

    private static void namesFollow(Path mine, Path theirs) throws Exception {
        assertFalse(exists(theirs.resolve("x"))); // known to be absent
        Files.writeString(mine.resolve("x"), "hello");
        soon("what was absent is there", () -> exists(theirs.resolve("x")));
        assertEquals("hello", Files.readString(theirs.resolve("x")));
        assertFalse(exists(theirs.resolve("y")));
        Files.move(mine.resolve("x"), mine.resolve("y"));
        soon("the old name is gone", () -> !exists(theirs.resolve("x")));
        soon("the new name is there", () -> exists(theirs.resolve("y")));
        Files.writeString(mine.resolve("z"), "another");
        assertEquals("hello", Files.readString(theirs.resolve("y")));
        Files.move(
                mine.resolve("z"),
                mine.resolve("y"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        assertEquals("another", Files.readString(theirs.resolve("y")), "an open sees it at once");
        soon("its size as well", () -> Files.size(theirs.resolve("y")) == 7);
        assertEquals(List.of("y"), names(theirs));
        Files.move(mine.resolve("y"), mine.resolve("x"));
        soon("renamed back", () -> names(theirs).equals(List.of("x")));
        soon("by name", () -> exists(theirs.resolve("x")) && !exists(theirs.resolve("y")));
    }

    private static void contentFollows(Path mine, Path theirs) throws Exception {
        Path ours = mine.resolve("x");
        Path other = theirs.resolve("x");
        assertEquals(7, Files.size(other));
        Files.setPosixFilePermissions(ours, PosixFilePermissions.fromString("rw-------"));
        soon("chmod", () -> mode(other).equals("rw-------"));
        try (FileChannel truncated = FileChannel.open(ours, StandardOpenOption.WRITE)) {
            truncated.truncate(3);
        }
        soon("truncate", () -> Files.size(other) == 3);
        assertEquals("ano", Files.readString(other));
        try (FileChannel reader = FileChannel.open(other, StandardOpenOption.READ)) {
            assertEquals("ano", text(reader));
            Files.writeString(ours, "rewritten");
            soon("the pages of an open file", () -> text(reader).equals("rewritten"));
            assertEquals(9, Files.size(other));
            try (RandomAccessFile writer = new RandomAccessFile(ours.toFile(), "rw")) {
                writer.seek(9);
                writer.write("!".getBytes(StandardCharsets.UTF_8));
                soon("the size before a close", () -> reader.size() == 10);
                soon("the bytes before a close", () -> text(reader).equals("rewritten!"));
            }
        }
        assertEquals("rewritten!", Files.readString(other), "an open after a close");
        assertEquals("rewritten!", Files.readString(other), "from the pages of the one before");
        FileTime time = Files.getLastModifiedTime(ours);
        for (int i = 0; i < 10; i++) {
            try (FileChannel writer = FileChannel.open(ours, StandardOpenOption.WRITE)) {
                writer.write(StandardCharsets.UTF_8.encode(i + "ewritten!"));
                Files.setLastModifiedTime(ours, time);
            }
            assertEquals(i + "ewritten!", Files.readString(other), "as long and as old as before");
            assertEquals(i + "ewritten!", Files.readString(other));
        }
    }

    /** What a mount does itself is not told to it, and its kernel goes on believing. */
    private static void forgetsNothingItself(Deployment deployment, Path own) throws Exception {
        double before = Page.value(deployment.http("mount"), "forebay_watch_changes_total");
        Files.createDirectory(own);
        for (int i = 0; i < 20; i++) {
            Files.writeString(own.resolve("new"), "content " + i);
            Files.move(
                    own.resolve("new"),
                    own.resolve("name"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        deployment.flush(own, LIMIT);
        assertEquals(before, Page.value(deployment.http("mount"), "forebay_watch_changes_total"));
    }

    @Test
    void stormsEndAlsoWhenProcessesDie() throws Exception {
        Needs.fuse();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up();
            try (SecondMount second =
                    SecondMount.of(deployment, directory.resolve("second"), List.of())) {
                List<Path> mounts = List.of(deployment.mountPoint(), second.mountPoint());
                Files.createDirectory(mounts.getFirst().resolve("storm"));
                storm(deployment, mounts, "nothing");
                storm(deployment, mounts, "mount"); // its kernel is being told of names just then
                Eventually.holds("the next process answers", LIMIT, () -> answers(deployment));
                double losses = Page.value(deployment.http("mount"), "forebay_watch_losses_total");
                storm(deployment, mounts, "control plane");
                Eventually.holds(
                        "the loss of the stream was seen",
                        LIMIT,
                        () ->
                                Page.value(deployment.http("mount"), "forebay_watch_losses_total")
                                        > losses);
            }
        }
    }

    private static boolean answers(Deployment deployment) {
        try {
            return Page.value(deployment.http("mount"), "forebay_watch_losses_total") >= 0;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Renames on both mounts at once, in the midst of which a process is killed. */
    private static void storm(Deployment deployment, List<Path> mounts, String victim)
            throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong tries = new AtomicLong();
        ExecutorService threads =
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
        try {
            List<Future<Long>> storms = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Path at = mounts.get(i % 2).resolve("storm");
                long seed = SEED + i;
                storms.add(threads.submit(() -> storm(at, new Random(seed), over, tries)));
            }
            Eventually.holds("a storm before " + victim, LIMIT, () -> tries.get() > STORM);
            if (!victim.equals("nothing")) {
                Kill.andAwaitSuccessor(deployment, victim);
            }
            over.set(true);
            long worked = 0;
            for (Future<Long> each : storms) {
                worked += each.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            assertTrue(worked > 0, "some renames work in any storm");
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
        Eventually.holds(
                "after the death of " + victim + " both see the same" + deployment.logs(),
                SOON,
                () -> inodes(mounts.getFirst()).equals(inodes(mounts.getLast())));
    }

    /** Renames until it is over; how many calls worked. What others do makes some of them fail. */
    private static long storm(Path at, Random random, AtomicBoolean over, AtomicLong all) {
        long tries = 0;
        long failures = 0;
        while (!over.get()) {
            tries++;
            all.incrementAndGet();
            Path one = at.resolve("n" + random.nextInt(NAMES));
            Path other = at.resolve("n" + random.nextInt(NAMES));
            try {
                switch (random.nextInt(4)) {
                    case 0 -> Files.writeString(one, "x");
                    case 1 -> exists(one);
                    default ->
                            Files.move(
                                    one,
                                    other,
                                    StandardCopyOption.ATOMIC_MOVE,
                                    StandardCopyOption.REPLACE_EXISTING);
                }
            } catch (IOException lost) {
                failures++; // somebody else was faster, or a process has died
            }
        }
        return tries - failures;
    }

    /** By name, not by listing: what the kernel knows is what is asked for. */
    private static Map<String, Object> inodes(Path mount) {
        Map<String, Object> found = new TreeMap<>();
        for (int i = 0; i < NAMES; i++) {
            Path path = mount.resolve("storm/n" + i);
            if (exists(path)) {
                try {
                    found.put(path.getFileName().toString(), Files.getAttribute(path, "unix:ino"));
                } catch (IOException gone) {
                    throw new UncheckedIOException(gone);
                }
            }
        }
        return found;
    }

    private static void soon(String what, Seen seen) throws Exception {
        Eventually.holds(
                what,
                SOON,
                () -> {
                    try {
                        return seen.holds();
                    } catch (FileSystemException notYet) {
                        return false;
                    }
                });
    }

    @FunctionalInterface
    private interface Seen {
        boolean holds() throws IOException;
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static List<String> names(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static String text(FileChannel file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(64);
        file.read(all, 0);
        return new String(all.array(), 0, all.position(), StandardCharsets.UTF_8);
    }

    private static double resets(Deployment deployment) throws IOException {
        return Page.value(deployment.http("mount"), "forebay_watch_resets_total");
    }
}
