package io.forebay.mount.fs;

import static java.nio.channels.FileChannel.MapMode.READ_ONLY;
import static java.nio.channels.FileChannel.MapMode.READ_WRITE;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The file system under this machine's kernel, with and without passthrough. Mapped memory is only
 * touched inside of system calls: a page fault of Java code, answered by Java code, could wait for
 * itself at a garbage collection.
 */
@EnabledIf("io.forebay.mount.fs.KernelStage#canMount")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class KernelTest {
    private static final int MIB = 1 << 20;

    /** FALLOC_FL_* of linux/falloc.h. */
    private static final int KEEP_SIZE = 1;

    private static final int PUNCH_HOLE = 2;
    private static final int COLLAPSE_RANGE = 8;
    private static final int ZERO_RANGE = 16;

    private static final long SEED = 20_261_127;

    @TempDir Path directory;

    private void mounted(boolean passthrough, KernelStage.Work work) throws Exception {
        KernelStage.mounted(directory, passthrough, work);
    }

    private static byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new Random(SEED).nextBytes(data);
        return data;
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        channel.read(buffer, 0);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bytesComeBackAndSizesAreCommittedAtClose(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    byte[] data = random(3 * MIB + 17);
                    Path file = root.resolve("a");
                    Files.write(file, data);
                    long ino = (Long) Files.getAttribute(file, "unix:ino");
                    assertEquals(data.length, stage.metadata().attributes(ino).getSize());
                    assertArrayEquals(data, Files.readAllBytes(file));
                    assertEquals(data.length, Files.size(file));
                    Files.write(file, new byte[10], TRUNCATE_EXISTING, WRITE);
                    assertEquals(10, Files.size(file));
                    Files.write(file, new byte[5], APPEND);
                    assertEquals(15, Files.size(file));
                    assertEquals(15, stage.metadata().attributes(ino).getSize());
                    assertArrayEquals(new byte[15], Files.readAllBytes(file));
                });
    }

    /** With passthrough each write is synced by the staged file's own file system. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSynchronousWriteIsDurableWhenItReturns(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    for (StandardOpenOption each : List.of(SYNC, DSYNC)) {
                        stage.metadata().takeCalls();
                        Path path = root.resolve(each.name());
                        try (FileChannel file = FileChannel.open(path, CREATE_NEW, WRITE, each)) {
                            long opened = count(stage, "sync");
                            assertEquals(passthrough ? 1 : 0, opened);
                            file.write(text("one"));
                            file.write(text("two"));
                            assertEquals(passthrough ? 0 : 2, count(stage, "commit"));
                        }
                        try (FileChannel reader = FileChannel.open(path, READ);
                                FileChannel file = FileChannel.open(path, WRITE, each)) {
                            stage.metadata().takeCalls();
                            file.write(text("more"));
                            assertEquals(!passthrough, count(stage, "commit") > 0);
                            assertEquals("morewo", read(reader));
                        }
                    }
                });
    }

    private static long count(Stage stage, String call) {
        return stage.metadata().takeCalls().stream().filter(call::equals).count();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readersAndWritersOfOneFileInAnyOrder(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    Path file = root.resolve("a");
                    Files.write(file, new byte[0]);
                    try (FileChannel reader = FileChannel.open(file, READ);
                            FileChannel writer = FileChannel.open(file, WRITE)) {
                        writer.write(text("reader first"), 0);
                        assertEquals("reader first", read(reader));
                        writer.write(text("R"), 0);
                        assertEquals("Reader first", read(reader));
                        assertEquals(12, reader.size());
                    }
                    try (FileChannel writer = FileChannel.open(file, WRITE);
                            FileChannel reader = FileChannel.open(file, READ);
                            FileChannel both = FileChannel.open(file, READ, WRITE)) {
                        writer.write(text("writer first!"), 0);
                        assertEquals("writer first!", read(reader));
                        both.write(text("W"), 0);
                        assertEquals("Writer first!", read(reader));
                        writer.truncate(6);
                        assertEquals("Writer", read(both));
                        assertEquals(6, Files.size(file));
                    }
                    assertEquals("Writer", Files.readString(file));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyThreadsOpenTheSameFile(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    Path file = root.resolve("shared");
                    Files.write(file, new byte[8 * 4096]);
                    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                        List<Future<Void>> done =
                                threads.invokeAll(
                                        IntStream.range(0, 8)
                                                .mapToObj(number -> writerOf(file, number))
                                                .toList());
                        for (Future<Void> one : done) {
                            one.get();
                        }
                    }
                    byte[] content = Files.readAllBytes(file);
                    for (int i = 0; i < 8; i++) {
                        assertEquals(i + 1, content[i * 4096 + 4095]);
                    }
                });
    }

    private static Callable<Void> writerOf(Path file, int number) {
        return () -> {
            for (int round = 0; round < 40; round++) {
                byte[] page = new byte[4096];
                java.util.Arrays.fill(page, (byte) (number + 1));
                try (FileChannel channel =
                        round % 2 == 0
                                ? FileChannel.open(file, READ, WRITE)
                                : FileChannel.open(file, WRITE)) {
                    channel.write(ByteBuffer.wrap(page), number * 4096L);
                }
                assertEquals(8 * 4096, Files.readAllBytes(file).length);
            }
            return null;
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesCanBeMapped(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    byte[] data = random(64 * 1024);
                    Path outside = Files.write(directory.resolve("outside"), data);
                    Path file = root.resolve("mapped");
                    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
                            FileChannel source = FileChannel.open(outside, READ);
                            Arena arena = Arena.ofShared()) {
                        channel.write(ByteBuffer.wrap(new byte[data.length]));
                        MemorySegment map = channel.map(READ_WRITE, 0, data.length, arena);
                        source.read(map.asByteBuffer());
                        map.force();
                        ByteBuffer back = ByteBuffer.allocate(data.length);
                        channel.read(back, 0);
                        assertArrayEquals(data, back.array());
                    }
                    Path copy = directory.resolve("copy");
                    try (FileChannel channel = FileChannel.open(file, READ);
                            FileChannel target = FileChannel.open(copy, CREATE_NEW, WRITE);
                            Arena arena = Arena.ofShared()) {
                        target.write(channel.map(READ_ONLY, 0, data.length, arena).asByteBuffer());
                    }
                    assertArrayEquals(data, Files.readAllBytes(copy));
                });
    }

    /** Also where somebody looked between the open and the write, and the kernel remembers it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWriteToAMappingShowsInTheTimes(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    byte[] data = random(4096);
                    Path outside = Files.write(directory.resolve("outside"), data);
                    Path file = Files.write(root.resolve("mapped"), new byte[data.length]);
                    FileTime old = FileTime.from(Instant.ofEpochSecond(1_000_000));
                    Files.setLastModifiedTime(file, old);
                    try (FileChannel channel = FileChannel.open(file, READ, WRITE);
                            FileChannel source = FileChannel.open(outside, READ);
                            Arena arena = Arena.ofShared()) {
                        MemorySegment map = channel.map(READ_WRITE, 0, data.length, arena);
                        assertEquals(old, Files.getLastModifiedTime(file));
                        source.read(map.asByteBuffer());
                        if (!passthrough) {
                            map.force(); // which is when the mount hears of it
                        }
                        assertNotEquals(old, Files.getLastModifiedTime(file));
                    }
                    assertNotEquals(old, Files.getLastModifiedTime(file));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void holesAreMadeFoundAndCounted(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    Path file = root.resolve("sparse");
                    try (NativeFile open = writable(file)) {
                        open.fallocate(0, 0, 4L * MIB);
                        assertEquals(4L * MIB, Files.size(file));
                        assertEquals(4L * MIB / 512, open.stat().blocks());
                        open.fallocate(KEEP_SIZE, 4L * MIB, MIB);
                        assertEquals(4L * MIB, Files.size(file));
                        assertEquals(5L * MIB / 512, open.stat().blocks());
                        open.pwrite(ones(2 * MIB), MIB);
                        open.fallocate(KEEP_SIZE | PUNCH_HOLE, 2L * MIB, MIB);
                        assertEquals(MIB, open.seek(0, NativeFile.SEEK_DATA));
                        assertEquals(2L * MIB, open.seek(MIB + 4096, NativeFile.SEEK_HOLE));
                        open.fallocate(ZERO_RANGE, MIB, 4096);
                        assertEquals(4L * MIB / 512, open.stat().blocks());
                        assertEquals(
                                PosixException.ENXIO,
                                errno(() -> open.seek(4L * MIB, NativeFile.SEEK_DATA)));
                        assertEquals(
                                PosixException.EOPNOTSUPP,
                                errno(() -> open.fallocate(COLLAPSE_RANGE, 0, 4096)));
                    }
                    long ino = (Long) Files.getAttribute(file, "unix:ino");
                    assertEquals(4L * MIB / 512, stage.metadata().attributes(ino).getBlocks());
                    byte[] expected = new byte[4 * MIB];
                    java.util.Arrays.fill(expected, MIB + 4096, 2 * MIB, (byte) 1);
                    assertArrayEquals(expected, Files.readAllBytes(file));
                    try (NativeFile open = NativeFile.open(file, NativeFile.O_RDWR, 0)) {
                        open.fallocate(KEEP_SIZE | PUNCH_HOLE, 0, 2L * MIB);
                    }
                    assertArrayEquals(new byte[4 * MIB], Files.readAllBytes(file));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rangesAreCopiedInTheStagingFileSystem(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    byte[] data = random(2 * MIB + 11);
                    Path source = Files.write(root.resolve("source"), data);
                    Path target = root.resolve("target");
                    try (NativeFile from = NativeFile.open(source, NativeFile.O_RDONLY, 0);
                            NativeFile to = writable(target)) {
                        assertEquals(data.length, from.copyTo(to, 0, 0, data.length));
                        assertEquals(MIB, from.copyTo(to, 7, 3L * MIB, MIB));
                        assertEquals(0, from.copyTo(to, data.length, 0, MIB));
                    }
                    byte[] expected = java.util.Arrays.copyOf(data, 4 * MIB);
                    System.arraycopy(data, 7, expected, 3 * MIB, MIB);
                    assertArrayEquals(expected, Files.readAllBytes(target));
                    long ino = (Long) Files.getAttribute(target, "unix:ino");
                    assertEquals(4L * MIB, stage.metadata().attributes(ino).getSize());
                });
    }

    private static NativeFile writable(Path file) {
        return NativeFile.open(file, NativeFile.O_RDWR | NativeFile.O_CREAT, 0600);
    }

    private static MemorySegment ones(int bytes) {
        return Arena.ofAuto().allocate(bytes, 1).fill((byte) 1);
    }

    private static int errno(Executable call) {
        return assertThrows(PosixException.class, call).errno();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void namesAndTheirChanges(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    Path sub = Files.createDirectory(root.resolve("sub"));
                    Path file = Files.writeString(sub.resolve("f"), "content");
                    assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(sub));
                    assertThrows(
                            FileAlreadyExistsException.class, () -> Files.createDirectory(sub));
                    Path target = Files.writeString(root.resolve("g"), "old");
                    Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
                    assertEquals("content", Files.readString(target));
                    Path link = Files.createSymbolicLink(root.resolve("link"), Path.of("g"));
                    assertEquals("content", Files.readString(link));
                    assertEquals(Path.of("g"), Files.readSymbolicLink(link));
                    Files.delete(sub);
                    Files.delete(link);
                    assertThrows(NoSuchFileException.class, () -> Files.size(link));
                    try (FileChannel open = FileChannel.open(target, READ, WRITE)) {
                        Files.delete(target);
                        open.write(text("CON"), 0);
                        assertEquals("CONtent", read(open));
                        assertEquals(7, open.size());
                    }
                    try (Stream<Path> left = Files.list(root)) {
                        assertEquals(0, left.count());
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void attributesStick(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    Path file = root.resolve("a");
                    FileTime time =
                            FileTime.from(Instant.ofEpochSecond(1_500_000_000, 123_456_000));
                    try (FileChannel channel = FileChannel.open(file, CREATE, WRITE)) {
                        channel.write(text("abc"));
                        Files.setLastModifiedTime(file, time);
                    }
                    assertEquals(time, Files.getLastModifiedTime(file));
                    assertEquals(3, Files.size(file));
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString("rw-r-----"));
                    assertEquals(
                            "rw-r-----",
                            PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                    assertEquals(time, Files.getLastModifiedTime(file));
                    Files.setAttribute(file, "unix:uid", 1234);
                    assertEquals(1234, Files.getAttribute(file, "unix:uid"));
                    try (FileChannel channel = FileChannel.open(file, WRITE)) {
                        channel.write(text("abcd"));
                    }
                    assertEquals(4, Files.size(file));
                    assertEquals(1, Files.getLastModifiedTime(file).compareTo(time));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLargeDirectoryIsListedWhole(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, stage) -> {
                    List<String> names =
                            IntStream.range(0, 1500)
                                    .mapToObj(i -> "file-%05d".formatted(i))
                                    .toList();
                    for (String name : names) {
                        Files.createFile(root.resolve(name));
                    }
                    try (Stream<Path> found = Files.list(root)) {
                        assertEquals(
                                names,
                                found.map(path -> path.getFileName().toString()).sorted().toList());
                    }
                    try (Stream<Path> found = Files.list(root)) {
                        for (Path path : (Iterable<Path>) found::iterator) {
                            Files.delete(path);
                        }
                    }
                    try (Stream<Path> left = Files.list(root)) {
                        assertEquals(0, left.count());
                    }
                });
    }
}
