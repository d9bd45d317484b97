package io.forebay.transport.posix;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.FileStatus;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeFileTest {
    private static final int CREATE = NativeFile.O_RDWR | NativeFile.O_CREAT;

    @TempDir Path directory;

    @Test
    void writesAndReadsAtOffsets() throws IOException {
        Path path = directory.resolve("file with ü");
        try (NativeFile file = NativeFile.open(path, CREATE, 0640);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = segment(arena, "hello");
            assertEquals(5, file.pwrite(bytes, 3));
            MemorySegment target = arena.allocate(16);
            assertEquals(8, file.pread(target, 0));
            byte[] expected = "\0\0\0hello".getBytes(StandardCharsets.US_ASCII);
            assertArrayEquals(expected, target.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(0, file.pread(target, 8));
        }
        assertEquals(8, Files.size(path));
        assertEquals(
                "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    /** By an open file, by a mapping that outlives it, and by nobody. */
    @Test
    void whoCouldStillWriteIsSeen() throws IOException {
        Path path = directory.resolve("mapped");
        Files.write(path, new byte[4096]);
        try (NativeFile file = NativeFile.open(path, NativeFile.O_RDONLY, 0)) {
            assertFalse(file.isWritable());
            try (Arena mapping = Arena.ofShared()) {
                MemorySegment map;
                try (FileChannel channel = FileChannel.open(path, READ, WRITE)) {
                    assertTrue(file.isWritable());
                    map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096, mapping);
                }
                assertTrue(file.isWritable());
                map.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            }
            assertFalse(file.isWritable());
            try (FileChannel channel = FileChannel.open(path, READ);
                    Arena mapping = Arena.ofShared()) {
                channel.map(FileChannel.MapMode.READ_ONLY, 0, 4096, mapping);
                assertFalse(file.isWritable());
            }
        }
    }

    @Test
    void theSameFileOnceMoreForReading() {
        Path path = directory.resolve("unlinked");
        NativeFile writer = NativeFile.open(path, CREATE, 0600);
        try (NativeFile reader = writer.reopenForReading()) {
            assertEquals(writer.stat().ino(), reader.stat().ino());
            assertTrue(reader.isWritable());
            writer.close();
            assertFalse(reader.isWritable());
        } finally {
            writer.close();
        }
    }

    @Test
    void appendersOverwriteNothing() throws Exception {
        Path path = directory.resolve("log");
        try (NativeFile one = NativeFile.open(path, CREATE, 0600);
                NativeFile other = NativeFile.open(path, NativeFile.O_RDWR, 0)) {
            List<Thread> threads = new ArrayList<>();
            for (NativeFile file : List.of(one, other)) {
                String line = file == one ? "one\n" : "other\n";
                threads.add(Thread.ofPlatform().start(() -> appendOften(file, line)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        List<String> lines = Files.readAllLines(path);
        assertEquals(2000, lines.size());
        assertEquals(1000, lines.stream().filter("one"::equals).count());
        assertEquals(1000, lines.stream().filter("other"::equals).count());
    }

    private static void appendOften(NativeFile file, String line) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = segment(arena, line);
            for (int i = 0; i < 1000; i++) {
                assertEquals(bytes.byteSize(), file.append(bytes));
            }
        }
    }

    @Test
    void statusIsThatOfJava() throws IOException {
        Path path = directory.resolve("status");
        try (NativeFile file = NativeFile.open(path, CREATE, 0600);
                Arena arena = Arena.ofConfined()) {
            file.truncate(1 << 20);
            assertEquals(0, file.stat().blocks());
            file.fallocate(0, 0, 1 << 16);
            assertEquals(1 << 16, file.pwrite(arena.allocate(1 << 16), 0));
            file.fsync(true);
            file.fsync(false);
            FileStatus status = file.stat();
            assertEquals(1 << 20, status.size());
            assertTrue(status.blocks() >= 128, status.toString());
            assertEquals(Files.getAttribute(path, "unix:ino"), status.ino());
            assertEquals(
                    Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS), status.mtimeNanos());
            assertEquals(1 << 16, file.seek(0, NativeFile.SEEK_HOLE));
        }
    }

    @Test
    void aTimeIsSetByAReaderAndHoldsUntilTheNextWrite() throws IOException {
        Path path = directory.resolve("times");
        Files.writeString(path, "text");
        FileTime read = (FileTime) Files.getAttribute(path, "lastAccessTime");
        try (NativeFile reader = NativeFile.open(path, NativeFile.O_RDONLY, 0);
                NativeFile writer = NativeFile.open(path, NativeFile.O_WRONLY, 0);
                Arena arena = Arena.ofConfined()) {
            for (long time : new long[] {0, -1, 1_234_567_890_123_456_789L}) {
                assertEquals(time, reader.setModified(time).mtimeNanos());
            }
            assertEquals(read, Files.getAttribute(path, "lastAccessTime"));
            writer.pwrite(segment(arena, "more"), 0);
            assertTrue(reader.stat().mtimeNanos() > 1_234_567_890_123_456_789L);
        }
    }

    @Test
    void refusalsCarryTheErrorNumber() {
        Path absent = directory.resolve("absent");
        PosixException e =
                assertThrows(
                        PosixException.class,
                        () -> NativeFile.open(absent, NativeFile.O_RDONLY, 0));
        assertEquals(PosixException.ENOENT, e.errno());
        assertEquals(FailureKind.FAILURE_NOT_FOUND, e.kind());
        try (NativeFile file = NativeFile.open(absent, CREATE, 0600)) {
            PosixException negative = assertThrows(PosixException.class, () -> file.truncate(-1));
            assertEquals(PosixException.EINVAL, negative.errno());
        }
    }

    @Test
    void aFullDeviceIsNoSpace() {
        Path full = Path.of("/dev/full");
        try (NativeFile file = NativeFile.open(full, NativeFile.O_WRONLY, 0);
                Arena arena = Arena.ofConfined()) {
            PosixException e =
                    assertThrows(PosixException.class, () -> file.pwrite(segment(arena, "x"), 0));
            assertEquals(PosixException.ENOSPC, e.errno());
            assertEquals(FailureKind.FAILURE_NO_SPACE, e.kind());
        }
    }

    @Test
    void closesOnceAndRefusesLaterCalls() throws IOException {
        NativeFile file = NativeFile.open(directory.resolve("closed"), CREATE, 0600);
        int number = file.descriptor();
        assertTrue(Files.exists(Path.of("/proc/self/fd/" + number)));
        file.close();
        try (NativeFile other = NativeFile.open(directory.resolve("other"), CREATE, 0600)) {
            file.close(); // must not close the other one, which got the same number
            assertEquals(0, other.stat().size());
        }
        ForebayException e = assertThrows(ForebayException.class, file::stat);
        assertEquals(FailureKind.FAILURE_STALE, e.kind());
    }

    /** Threads that use a file while it is closed never reach the files that are opened then. */
    @Test
    void aClosedNumberIsNeverUsedAgain() throws InterruptedException {
        long seed = Long.parseLong("0" + System.getProperty("forebay.seed", ""));
        Random random = new Random(seed == 0 ? 20_261 : seed);
        int wrong = 0;
        for (int round = 0; round < 200; round++) {
            NativeFile file = NativeFile.open(directory.resolve("victim"), CREATE, 0600);
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                threads.add(Thread.ofPlatform().start(() -> writeUntilClosed(file)));
            }
            Thread.onSpinWait();
            for (int spin = random.nextInt(2000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            file.close();
            try (NativeFile bystander =
                    NativeFile.open(directory.resolve("bystander"), CREATE, 0600)) {
                for (Thread thread : threads) {
                    thread.join(10_000);
                }
                if (bystander.stat().size() != 0) {
                    wrong++;
                }
            }
        }
        assertEquals(0, wrong, "seed " + seed);
    }

    private static void writeUntilClosed(NativeFile file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = segment(arena, "x");
            while (true) {
                file.pwrite(bytes, 0);
            }
        } catch (ForebayException e) {
            assertEquals(FailureKind.FAILURE_STALE, e.kind());
        }
    }

    private static MemorySegment segment(Arena arena, String text) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.US_ASCII));
    }
}
