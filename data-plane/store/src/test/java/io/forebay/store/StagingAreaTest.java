package io.forebay.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StagingAreaTest {
    private static final StagedKey KEY = new StagedKey(3, 258);

    @TempDir Path temporary;

    private Path directory() {
        return temporary.resolve("staging");
    }

    private StagingSettings settings(String boot) {
        return new StagingSettings(
                directory(), 1 << 20, boot, Duration.ofSeconds(30), StagingDisk.withoutHoles());
    }

    private StagingArea open() {
        return StagingArea.open(settings("boot-1"));
    }

    /** Before there are directories in it, and also after a start. */
    @Test
    void theFilesOfAWorkspaceAreSpread() {
        List<Path> asked = new ArrayList<>();
        StagingDisk disk =
                new StagingDisk() {
                    @Override
                    public Optional<StagedStatus> read(Path path) throws IOException {
                        return StagingDisk.withoutHoles().read(path);
                    }

                    @Override
                    public void spread(Path workspace) throws IOException {
                        try (Stream<Path> inside = Files.list(workspace)) {
                            assertEquals(asked.size(), inside.count());
                        }
                        asked.add(workspace);
                    }
                };
        Path workspace = directory().resolve("files/3");
        for (int ino = 1; ino <= 2; ino++) {
            StagingSettings settings =
                    new StagingSettings(
                            directory(), 1 << 20, "boot-1", Duration.ofSeconds(30), disk);
            try (StagingArea area = StagingArea.open(settings)) {
                area.create(new StagedKey(3, ino));
                area.create(new StagedKey(3, ino + 256));
                assertEquals(Collections.nCopies(ino, workspace), asked);
            }
        }
    }

    @Test
    void theLayoutIsAsDocumented() throws IOException {
        try (StagingArea area = open()) {
            assertEquals(directory().resolve("files/3/02/258"), area.create(KEY));
            area.recovered();
        }
        assertEquals("forebay-staging 1\n", Files.readString(directory().resolve("format")));
        assertEquals("boot-1\n", Files.readString(directory().resolve("boot")));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())));
    }

    @Test
    void aWorkspacesFilesAreListedInPages() throws IOException {
        try (StagingArea area = open()) {
            Set<Long> made = new TreeSet<>();
            for (long ino = 1; ino < 2_000; ino += 7) {
                Files.writeString(area.create(new StagedKey(3, ino)), "x");
                made.add(ino);
            }
            for (long ino = 256; ino < 256 * 40; ino += 256) { // many in one directory
                Files.writeString(area.create(new StagedKey(3, ino)), "x");
                made.add(ino);
            }
            Files.writeString(area.create(new StagedKey(4, 5)), "another workspace's");
            Files.writeString(area.create(new StagedKey(3, 9)).resolveSibling("9.fill"), "half");
            made.add(9L);
            for (int limit : new int[] {1, 3, 1_000}) {
                List<Long> found = new ArrayList<>();
                String after = "";
                do {
                    StagedPage page = area.page(3, after, limit);
                    assertTrue(page.keys().size() <= limit);
                    page.keys().forEach(key -> found.add(key.ino()));
                    after = page.next();
                } while (!after.isEmpty());
                assertEquals(made.size(), found.size());
                assertEquals(made, new TreeSet<>(found));
            }
            assertEquals(new StagedPage(List.of(), ""), area.page(77, "", 10));
        }
    }

    @Test
    void createKeepsWhatIsThere() throws IOException {
        try (StagingArea area = open()) {
            assertTrue(area.locate(KEY).isEmpty());
            Files.writeString(area.create(KEY), "bytes");
            assertEquals("bytes", Files.readString(area.create(KEY)));
            assertEquals(Optional.of(area.create(KEY)), area.locate(KEY));
            assertEquals(5, area.stat(KEY).orElseThrow().size());
            area.remove(KEY);
            area.remove(KEY);
            assertTrue(area.stat(KEY).isEmpty());
        }
    }

    @Test
    void oneProcessAtATime() {
        try (StagingArea _ = open()) {
            assertFails(FailureKind.FAILURE_BUSY, this::open);
        }
        open().close();
    }

    @Test
    void aForeignDirectoryIsRefusedAndLeftAlone() throws IOException {
        Files.createDirectories(directory());
        Files.writeString(directory().resolve("thesis"), "mine");
        assertFails(FailureKind.FAILURE_INVALID, this::open);
        try (Stream<Path> entries = Files.list(directory())) {
            assertEquals(1, entries.count());
        }
    }

    @Test
    void aFreshDiskIsAccepted() throws IOException {
        Files.createDirectories(directory().resolve("lost+found"));
        open().close();
    }

    @Test
    void otherVersionsAndDamageAreToldApart() throws IOException {
        open().close();
        Files.writeString(directory().resolve("format"), "forebay-staging 2\n");
        assertFails(FailureKind.FAILURE_UNSUPPORTED, this::open);
        Files.writeString(directory().resolve("format"), "\0\0\0");
        assertFails(FailureKind.FAILURE_CORRUPT, this::open);
        Files.writeString(directory().resolve("format"), "forebay-staging 1\n");
        Files.delete(directory().resolve("files"));
        Files.writeString(directory().resolve("files"), "");
        assertFails(FailureKind.FAILURE_CORRUPT, this::open);
    }

    @Test
    void aRebootIsNoticedUntilRecoveryIsDone() {
        try (StagingArea area = open()) {
            area.recovered();
        }
        try (StagingArea area = open()) {
            assertFalse(area.rebooted());
        }
        try (StagingArea area = StagingArea.open(settings("boot-2"))) {
            assertTrue(area.rebooted()); // and the process ends before it has recovered
        }
        try (StagingArea area = StagingArea.open(settings("boot-2"))) {
            assertTrue(area.rebooted());
            area.recovered();
        }
        try (StagingArea area = StagingArea.open(settings("boot-2"))) {
            assertFalse(area.rebooted());
        }
    }

    @Test
    void manyOpensShareOneFill() throws Exception {
        AtomicInteger fills = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (StagingArea area = open();
                ExecutorService executor = Executors.newFixedThreadPool(8)) {
            List<Future<Path>> opens = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                opens.add(
                        executor.submit(() ->
                                area.fill(
                                        KEY,
                                        5,
                                        target -> {
                                            fills.incrementAndGet();
                                            begun.countDown();
                                            await(goOn);
                                            write(target, "bytes");
                                        })));
            }
            await(begun);
            assertFalse(Files.exists(directory().resolve("files/3/02/258")));
            goOn.countDown();
            for (Future<Path> each : opens) {
                assertEquals("bytes", Files.readString(each.get(30, TimeUnit.SECONDS)));
            }
            assertEquals(1, fills.get());
        }
    }

    @Test
    void aFailedFillLeavesNothingAndIsTriedAgainLater() throws IOException {
        try (StagingArea area = open()) {
            assertFails(
                    FailureKind.FAILURE_CONFLICT,
                    () -> area.fill(KEY, 5, target -> failAfter(target, "byt")));
            assertFails(
                    FailureKind.FAILURE_CORRUPT,
                    () -> area.fill(KEY, 5, target -> write(target, "byt")));
            assertFails(
                    FailureKind.FAILURE_NO_SPACE,
                    () ->
                            area.fill(
                                    KEY,
                                    5,
                                    target -> {
                                        throw new IOException("No space left on device");
                                    }));
            try (Stream<Path> left = Files.list(directory().resolve("files/3/02"))) {
                assertEquals(0, left.count());
            }
            Path path = area.fill(KEY, 5, target -> write(target, "bytes"));
            assertEquals("bytes", Files.readString(path));
        }
    }

    @Test
    void whoWaitedSharesTheFailure() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (StagingArea area = open();
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Future<?> first =
                    executor.submit(() ->
                            assertFails(
                                    FailureKind.FAILURE_CONFLICT,
                                    () ->
                                            area.fill(
                                                    KEY,
                                                    5,
                                                    target -> {
                                                        begun.countDown();
                                                        await(goOn);
                                                        failAfter(target, "");
                                                    })));
            await(begun);
            Future<?> second =
                    executor.submit(() ->
                            assertFails(
                                    FailureKind.FAILURE_CONFLICT,
                                    () -> area.fill(KEY, 5, target -> failAfter(target, ""))));
            goOn.countDown();
            first.get(30, TimeUnit.SECONDS);
            second.get(30, TimeUnit.SECONDS);
        }
    }

    /** An open that comes while an eviction is decided finds the file as that was decided (I5). */
    @Test
    void opensWaitForAnEviction() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (StagingArea area = open();
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            area.create(KEY);
            Future<Boolean> eviction =
                    executor.submit(() ->
                            area.evict(
                                    KEY,
                                    () -> {
                                        asked.countDown();
                                        await(goOn);
                                        return true;
                                    }));
            await(asked);
            Future<Optional<Path>> opened = executor.submit(() -> area.locate(KEY));
            assertFalse(opened.isDone());
            goOn.countDown();
            assertTrue(eviction.get(30, TimeUnit.SECONDS));
            assertTrue(opened.get(30, TimeUnit.SECONDS).isEmpty());
        }
    }

    @Test
    void aRefusedOrFailedEvictionKeepsTheFile() {
        try (StagingArea area = open()) {
            area.create(KEY);
            assertFalse(area.evict(KEY, () -> false));
            assertFails(
                    FailureKind.FAILURE_UNAVAILABLE,
                    () ->
                            area.evict(
                                    KEY,
                                    () -> {
                                        throw new ForebayException(
                                                FailureKind.FAILURE_UNAVAILABLE, "down");
                                    }));
            assertTrue(area.locate(KEY).isPresent());
        }
    }

    @Test
    void remainsOfFillsGoWithTheListing() throws IOException {
        try (StagingArea area = open()) {
            Path file = area.create(KEY);
            Files.writeString(file.resolveSibling("258.fill"), "half");
            assertEquals(List.of(KEY), list(area, 10));
            assertFalse(Files.exists(file.resolveSibling("258.fill")));
            Files.writeString(file.resolveSibling("notes.txt"), "not ours");
            assertFails(FailureKind.FAILURE_UNAVAILABLE, () -> list(area, 10));
        }
    }

    @Test
    void spaceIsCountedAndTheLongestUnusedGoFirst() throws IOException {
        try (StagingArea area = open()) {
            for (int ino = 1; ino <= 4; ino++) {
                StagedKey key = new StagedKey(1, ino);
                Files.write(area.create(key), new byte[1024 * ino]);
                area.opened(key, 1, true);
            }
            Space space = area.measure();
            assertEquals(10_240, space.usedBytes());
            assertEquals(4, space.files());
            assertEquals(0, space.cleanBytes());
            for (int ino = 1; ino <= 3; ino++) {
                area.cleaned(new StagedKey(1, ino), 1);
            }
            assertEquals(6144, area.space().cleanBytes());
            area.opened(new StagedKey(1, 1), 1, false);
            assertEquals(List.of(2L), inos(area.cleanCandidates(1, 10)));
            assertEquals(List.of(2L, 3L), inos(area.cleanCandidates(2049, 10)));
            assertEquals(List.of(2L, 3L, 1L), inos(area.cleanCandidates(1 << 20, 10)));
            assertEquals(List.of(2L), inos(area.cleanCandidates(1 << 20, 1)));
            assertFalse(area.evict(new StagedKey(1, 2), () -> false));
            assertEquals(List.of(3L, 1L, 2L), inos(area.cleanCandidates(1 << 20, 10)));
            area.opened(new StagedKey(1, 3), 2, true);
            area.cleaned(new StagedKey(1, 3), 1); // of the generation before
            assertEquals(List.of(1L, 2L), inos(area.cleanCandidates(1 << 20, 10)));
            area.confirmedClean(new StagedKey(1, 3), 1);
            assertTrue(area.evict(new StagedKey(1, 3), () -> true));
            assertEquals(7168, area.space().usedBytes());
        }
    }

    private static List<Long> inos(List<CleanFile> files) {
        return files.stream().map(file -> file.key().ino()).toList();
    }

    static List<StagedKey> list(StagingArea area, int pageMax) {
        List<StagedKey> all = new ArrayList<>();
        area.forEachPage(
                pageMax,
                page -> {
                    assertTrue(!page.isEmpty() && page.size() <= pageMax);
                    all.addAll(page);
                });
        return all;
    }

    private static void assertFails(
            FailureKind kind, org.junit.jupiter.api.function.Executable work) {
        ForebayException e = assertThrows(ForebayException.class, work);
        assertEquals(kind, e.kind(), e.getMessage());
    }

    private static void failAfter(FileChannel target, String text) throws IOException {
        write(target, text);
        throw new ForebayException(FailureKind.FAILURE_CONFLICT, "another object");
    }

    private static void write(FileChannel target, String text) throws IOException {
        target.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
