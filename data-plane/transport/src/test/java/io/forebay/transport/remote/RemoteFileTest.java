package io.forebay.transport.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.proto.Grant;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A staged file behind a real connection. */
@Timeout(120)
final class RemoteFileTest {
    private static final long SEED = 20_261_127L;

    @TempDir private Path directory;

    private final AtomicInteger reopened = new AtomicInteger();
    private final Arena arena = Arena.ofShared();
    private RemoteFiles files;
    private WorkerRig worker;

    @BeforeEach
    void start() throws IOException {
        worker = new WorkerRig(directory);
        files = new RemoteFiles(InstantSource.system(), reopened::incrementAndGet);
    }

    @AfterEach
    void stop() throws InterruptedException {
        files.close();
        worker.close();
    }

    @Test
    void whatIsNotHereNowIsAskedForWithPatience() {
        Grant grant = worker.grant("evicted");
        ForebayException e =
                assertThrows(
                        ForebayException.class, () -> files.openNow(grant, () -> grant).close());
        assertEquals(FailureKind.FAILURE_BUSY, e.kind());
        files.open(grant, () -> grant).close();
        files.openNow(worker.grant("here"), () -> grant).close();
    }

    private StagedHandle open(String name) {
        return files.open(worker.grant(name), () -> worker.grant(name));
    }

    @Test
    void whatIsWrittenIsAtTheOwnerAfterFlush() throws IOException {
        try (StagedHandle file = open("file")) {
            assertEquals(5, file.pwrite(bytes("hello"), 3));
            file.flush();
            assertArrayEquals(
                    "\0\0\0hello".getBytes(StandardCharsets.US_ASCII),
                    Files.readAllBytes(worker.path("file")));
            assertEquals("lo", text(file, 6, 10));
            assertEquals("", text(file, 8, 10));
            FileStatus status = file.stat();
            try (NativeFile local = NativeFile.open(worker.path("file"), NativeFile.O_RDONLY, 0)) {
                assertEquals(local.stat(), status);
            }
            file.pwrite(bytes("!"), 8);
            FileStatus set = file.setModified(7); // after the write that was answered before
            assertEquals(7, set.mtimeNanos());
            assertEquals(set, file.stat());
            assertEquals(9, file.stat().size());
            file.truncate(4);
            assertEquals(4, file.stat().size());
            file.fallocate(0, 0, 1 << 20);
            assertEquals(1 << 20, file.stat().size());
            assertEquals(0, file.seek(0, NativeFile.SEEK_DATA));
            file.fsync(false);
            file.fsync(true);
        }
    }

    @Test
    void refusalsAreThoseOfTheOwner() {
        ForebayException refused = assertThrows(ForebayException.class, () -> open("refuse this"));
        assertEquals(FailureKind.FAILURE_PERMISSION, refused.kind());
        assertTrue(String.valueOf(refused.getMessage()).contains("Not yours"));
        try (StagedHandle file = open("file")) {
            PosixException none =
                    assertThrows(PosixException.class, () -> file.seek(7, NativeFile.SEEK_DATA));
            assertEquals(6, none.errno()); // ENXIO
            assertThrows(PosixException.class, () -> file.truncate(-1));
        }
    }

    @Test
    void afterALossOfPowerNobodyHearsThatWhatWasNotSyncedIsSafe() throws Exception {
        try (StagedHandle synced = open("synced");
                StagedHandle flushed = open("flushed")) {
            synced.pwrite(bytes("hello"), 0);
            synced.fsync(false);
            flushed.pwrite(bytes("hello"), 0);
            flushed.flush();
            worker.kill();
            worker.boot = "second";
            worker.startAgain();
            synced.pwrite(bytes("again"), 5);
            synced.fsync(false);
            assertEquals("helloagain", text(synced, 0, 20));
            for (int i = 0; i < 2; i++) { // it does not heal by itself
                ForebayException e =
                        assertThrows(ForebayException.class, () -> flushed.fsync(false));
                assertEquals(FailureKind.FAILURE_CORRUPT, e.kind());
            }
            worker.kill();
            worker.startAgain(); // without a loss of power
            synced.pwrite(bytes("!"), 10);
            synced.flush();
        }
    }

    @Test
    void manySmallWritesAndLargeOnesArriveInOrder() throws IOException {
        byte[] all = new byte[9 << 20];
        new Random(SEED).nextBytes(all);
        try (StagedHandle file = open("file")) {
            Random random = new Random(SEED);
            int at = 0;
            while (at < all.length) {
                int most = random.nextInt(8) == 0 ? 1 << 20 : 9000;
                int count = Math.min(all.length - at, 1 + random.nextInt(most));
                assertEquals(
                        count, file.pwrite(bytes(Arrays.copyOfRange(all, at, at + count)), at));
                at += count;
            }
            file.flush();
            assertArrayEquals(all, Files.readAllBytes(worker.path("file")));
            MemorySegment target = arena.allocate(3 << 20);
            assertEquals(target.byteSize(), file.pread(target, 12345));
            assertArrayEquals(
                    Arrays.copyOfRange(all, 12345, 12345 + (3 << 20)),
                    target.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void readingOnEndsAtTheEnd() throws IOException {
        byte[] all = new byte[(5 << 20) + 77];
        new Random(SEED).nextBytes(all);
        Files.write(worker.path("file"), all);
        try (StagedHandle file = open("file")) {
            byte[] read = new byte[all.length];
            MemorySegment target = arena.allocate(100_000);
            int at = 0;
            for (long count = file.pread(target, 0); count > 0; count = file.pread(target, at)) {
                MemorySegment.copy(target, 0, MemorySegment.ofArray(read), at, count);
                at += (int) count;
            }
            assertEquals(all.length, at);
            assertArrayEquals(all, read);
        }
    }

    @Test
    void aLostStreamLosesNoWrite() throws Exception {
        byte[] all = new byte[6 << 20];
        new Random(SEED).nextBytes(all);
        try (StagedHandle file = open("file")) {
            int half = all.length / 2;
            write(file, all, 0, half);
            worker.kill();
            Thread back =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    TimeUnit.MILLISECONDS.sleep(300);
                                    worker.startAgain();
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            write(file, all, half, all.length);
            file.flush();
            back.join();
            assertArrayEquals(all, Files.readAllBytes(worker.path("file")));
            assertTrue(reopened.get() > 0);
            assertEquals(all.length, file.stat().size());
        }
    }

    /** One that another mount has written meanwhile: it was cut off with what it kept. */
    @Test
    void whatWasNotSentOverwritesNothingThatOthersWrote() throws Exception {
        AtomicBoolean silent = new AtomicBoolean();
        worker.close();
        worker = new WorkerRig(directory, file -> losing(file, silent));
        try (StagedHandle file = open("log")) {
            silent.set(true);
            assertEquals(4, file.append(bytes("mine")));
            worker.kill();
            Files.writeString(worker.path("log"), "theirs");
            worker.writers = 2;
            silent.set(false);
            worker.startAgain();
            assertThrows(ForebayException.class, file::flush);
            assertEquals("theirs", Files.readString(worker.path("log")));
            assertEquals(4, file.append(bytes("more")));
            file.flush();
            assertEquals("theirsmore", Files.readString(worker.path("log")));
        }
    }

    /** Whose worker does nothing of what it is asked to write while it is silent. */
    private static StagedHandle losing(StagedHandle file, AtomicBoolean silent) {
        return (StagedHandle)
                Proxy.newProxyInstance(
                        StagedHandle.class.getClassLoader(),
                        new Class<?>[] {StagedHandle.class},
                        (_, method, arguments) -> {
                            boolean lost = silent.get() && method.getName().equals("pwrite");
                            while (lost) { // until its worker is killed
                                TimeUnit.SECONDS.sleep(1);
                            }
                            return method.invoke(file, arguments);
                        });
    }

    @Test
    void aRecalledMountKeepsNothing() throws Exception {
        try (StagedHandle file = open("file")) {
            for (int i = 0; i < 1000; i++) {
                file.pwrite(bytes("line\n"), 5L * i);
            }
            worker.keepers.getFirst().recall().get(10, TimeUnit.SECONDS);
            assertEquals(5000, Files.size(worker.path("file")));
            file.pwrite(bytes("now\n"), 5000);
            assertEquals(5004, Files.size(worker.path("file")));
            Files.writeString(worker.path("file"), "other");
            assertEquals("other", text(file, 0, 10));
            assertEquals(4, file.append(bytes("end\n")));
            assertEquals("otherend\n", Files.readString(worker.path("file")));
        }
    }

    @Test
    void appendersOverwriteNothing() throws Exception {
        worker.mayKeep = false;
        try (StagedHandle one = open("log");
                StagedHandle other = open("log")) {
            Thread thread = Thread.ofPlatform().start(() -> appendOften(other, "other\n"));
            appendOften(one, "one\n");
            thread.join();
        }
        assertEquals(600, Files.readAllLines(worker.path("log")).size());
    }

    private void appendOften(StagedHandle file, String line) {
        MemorySegment bytes = bytes(line);
        for (int i = 0; i < 300; i++) {
            assertEquals(bytes.byteSize(), file.append(bytes));
        }
    }

    @Test
    void theEndOfTheOpenEndsTheStream() throws Exception {
        StagedHandle file = open("file");
        file.close();
        for (int i = 0; i < 100 && worker.openFiles() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertEquals(0, worker.openFiles());
        assertThrows(ForebayException.class, file::stat);
    }

    private void write(StagedHandle file, byte[] all, int from, int to) {
        for (int at = from; at < to; at += 50_000) {
            int count = Math.min(50_000, to - at);
            file.pwrite(bytes(Arrays.copyOfRange(all, at, at + count)), at);
        }
    }

    private MemorySegment bytes(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private MemorySegment bytes(byte[] bytes) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
    }

    private String text(StagedHandle file, long offset, int most) {
        MemorySegment target = arena.allocate(most);
        long count = file.pread(target, offset);
        return new String(
                target.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
