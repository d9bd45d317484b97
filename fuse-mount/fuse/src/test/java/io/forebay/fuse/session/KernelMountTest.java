package io.forebay.fuse.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.posix.Fusermount;
import io.forebay.fuse.posix.Mounts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole module against this machine's kernel. */
@EnabledIf("canMount")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class KernelMountTest {
    private static final int ENTRIES = 5_000;
    private static final int CHUNK = 1 << 20;
    private static final int CHUNKS = 4;
    private static final long SEED = 42;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    Path directory;

    static boolean canMount() {
        boolean can = MountableHere.check();
        if (!can) {
            System.out.println("SKIPPED KernelMountTest: needs /dev/fuse and CAP_SYS_ADMIN");
        }
        return can;
    }

    /** What a test does in a mount. */
    private interface Work {
        void run(Path root, TreeFileSystem fileSystem) throws Exception;
    }

    /** Mounts, works, unmounts whatever happened, and checks that nothing is left. */
    private void mounted(boolean passthrough, Work work) throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        Path bytes = Files.createDirectories(directory.resolve("bytes"));
        AtomicReference<TreeFileSystem> made = new AtomicReference<>();
        MountOptions options =
                MountOptions.of(root).withPassthrough(passthrough).withReaderThreads(4);
        try {
            try (FuseSession _ =
                    FuseSession.mount(
                            options,
                            backing -> {
                                assertEquals(passthrough, backing.available());
                                made.set(new TreeFileSystem(bytes, backing));
                                return made.get();
                            })) {
                work.run(root, made.get());
            }
            try (Stream<Path> content = Files.list(root)) {
                assertEquals(0, content.count(), "the mount is gone");
            }
        } finally {
            Mounts.force(root);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesAndReadsBack(boolean passthrough) throws Exception {
        byte[] content = random(CHUNK * 3 + 17);
        mounted(
                passthrough,
                (root, fileSystem) -> {
                    Path file = root.resolve("model.pt");
                    Files.write(file, content);
                    assertArrayEquals(content, Files.readAllBytes(file));
                    assertEquals(content.length, Files.size(file));
                    try (RandomAccessFile middle = new RandomAccessFile(file.toFile(), "rw")) {
                        middle.seek(CHUNK - 1L);
                        middle.write(new byte[] {1, 2, 3});
                    }
                    byte[] changed = content.clone();
                    System.arraycopy(new byte[] {1, 2, 3}, 0, changed, CHUNK - 1, 3);
                    assertArrayEquals(changed, Files.readAllBytes(file));
                    assertEquals(passthrough, fileSystem.passthroughOpens() > 0);
                    assertEquals(passthrough, fileSystem.dataRequests() == 0);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void truncatesRenamesAndUnlinks(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                (root, fileSystem) -> {
                    Path file = root.resolve("a");
                    Files.write(file, random(10_000));
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.truncate(100);
                    }
                    assertEquals(100, Files.size(file));
                    Files.write(file, new byte[] {1}); // O_TRUNC
                    assertEquals(1, Files.size(file));
                    Path other = Files.write(root.resolve("b"), new byte[] {7, 7});
                    Files.move(file, other, StandardCopyOption.ATOMIC_MOVE);
                    assertArrayEquals(new byte[] {1}, Files.readAllBytes(other));
                    assertFalse(Files.exists(file));
                    try (FileChannel open = FileChannel.open(other, StandardOpenOption.READ)) {
                        Files.delete(other);
                        assertFalse(Files.exists(other));
                        assertEquals(1, open.read(ByteBuffer.allocate(10)), "unlinked but open");
                    }
                });
    }

    @Test
    void servesDirectoriesLinksAndStatFs() throws Exception {
        mounted(
                false,
                (root, fileSystem) -> {
                    Path sub = Files.createDirectories(root.resolve("x/y"));
                    Path link = Files.createSymbolicLink(sub.resolve("link"), Path.of("../z"));
                    assertEquals(Path.of("../z"), Files.readSymbolicLink(link));
                    assertThrows(
                            DirectoryNotEmptyException.class,
                            () -> Files.delete(root.resolve("x")));
                    Files.move(sub, root.resolve("moved"));
                    assertTrue(Files.isSymbolicLink(root.resolve("moved/link")));
                    Files.setPosixFilePermissions(
                            root.resolve("moved"), PosixFilePermissions.fromString("rwx------"));
                    FileStore store = Files.getFileStore(root);
                    assertEquals(1000 * 4096, store.getTotalSpace());
                    assertEquals(400 * 4096, store.getUsableSpace());
                    assertEquals("fuse.forebay", store.type());
                    assertEquals("forebay", store.name());
                });
    }

    @Test
    void listsManyEntriesAndGetsEachLookupBack() throws Exception {
        mounted(
                false,
                (root, fileSystem) -> {
                    List<String> names =
                            IntStream.range(0, ENTRIES)
                                    .mapToObj("shard-%05d.tar"::formatted)
                                    .toList();
                    for (String name : names) {
                        Files.createFile(root.resolve(name));
                    }
                    for (int round = 0; round < 2; round++) {
                        try (Stream<Path> content = Files.list(root)) {
                            assertEquals(
                                    names,
                                    content.map(path -> path.getFileName().toString())
                                            .sorted()
                                            .toList());
                        }
                        assertEquals(ENTRIES, sizesOf(root));
                    }
                    for (String name : names) {
                        Files.delete(root.resolve(name));
                    }
                    assertEquals(0, fileSystem.awaitNoLookups(), "looked up and not forgotten");
                });
    }

    @Test
    void letsOtherUsersInAsThePermissionsSay() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        mounted(
                true,
                (root, fileSystem) -> {
                    Path open = Files.writeString(root.resolve("open"), "for all");
                    assertEquals(0, readAsAnother(open));
                    Files.setPosixFilePermissions(
                            open, PosixFilePermissions.fromString("rw-------"));
                    assertNotEquals(0, readAsAnother(open));
                });
    }

    private static int readAsAnother(Path file) throws Exception {
        Process process =
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                "cat",
                                file.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "reads");
        return process.exitValue();
    }

    @Test
    void mountsThroughFusermount() throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        MountOptions options = MountOptions.of(root).withSource("a,b\\c");
        try (FuseSession session =
                FuseSession.start(
                        Mount.make(options, false),
                        options,
                        (backing, _) -> new TreeFileSystem(directory, backing))) {
            Files.writeString(root.resolve("x"), "y");
            assertEquals("y", Files.readString(root.resolve("x")));
            FileStore store = Files.getFileStore(root);
            assertEquals("fuse.forebay", store.type());
            assertEquals("a,b\\c", store.name());
            Fusermount.find().orElseThrow().unmount(root);
            session.awaitEnd();
            FuseMountException refused =
                    assertThrows(
                            FuseMountException.class,
                            () -> Mount.byProgram(directory.resolve("absent"), options));
            assertTrue(refused.toString().contains("No such file"), refused.toString());
        } finally {
            Mounts.force(root);
        }
    }

    private static long sizesOf(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile).count();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesTwoWritersOfOneFile(boolean passthrough) throws Exception {
        byte[] content = random(2 * CHUNKS * CHUNK);
        mounted(
                passthrough,
                (root, fileSystem) -> {
                    Path file = Files.createFile(root.resolve("shared"));
                    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
                        List<Future<Void>> writers =
                                Stream.of(0, 1)
                                        .map(first ->
                                                pool.submit(() -> {
                                                    writeEverySecond(file, content, first);
                                                    return (Void) null;
                                                }))
                                        .toList();
                        for (Future<Void> writer : writers) {
                            writer.get(30, TimeUnit.SECONDS);
                        }
                    }
                    assertArrayEquals(content, Files.readAllBytes(file));
                });
    }

    private static void writeEverySecond(Path file, byte[] content, int first) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int chunk = first; chunk < 2 * CHUNKS; chunk += 2) {
                ByteBuffer part = ByteBuffer.wrap(content, chunk * CHUNK, CHUNK);
                long position = (long) chunk * CHUNK;
                while (part.hasRemaining()) {
                    position += channel.write(part, position);
                }
            }
            channel.force(true);
        }
    }

    @Test
    void endsWhenUnmountedFromOutside() throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        try (FuseSession session =
                FuseSession.mount(
                        MountOptions.of(root), backing -> new TreeFileSystem(directory, backing))) {
            Files.writeString(root.resolve("x"), "y");
            assertEquals(0, Mounts.unmount(root));
            session.awaitEnd();
        } finally {
            Mounts.force(root);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closesWhileAFileIsOpen(boolean passthrough) throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        Path bytes = Files.createDirectories(directory.resolve("bytes"));
        FuseSession session =
                FuseSession.mount(
                        MountOptions.of(root).withPassthrough(passthrough),
                        backing -> new TreeFileSystem(bytes, backing));
        try (FileChannel open =
                FileChannel.open(
                        root.resolve("open"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            open.write(ByteBuffer.wrap("before".getBytes(StandardCharsets.UTF_8)));
            session.close();
            session.awaitEnd();
            assertFalse(Files.exists(root.resolve("open")));
            assertThrows(IOException.class, () -> open.force(true));
            assertThrows(IOException.class, open::close);
        } finally {
            session.close();
            Mounts.force(root);
        }
    }

    @Test
    void aFailingFileSystemAnswersEioAndGoesOn() throws Exception {
        Quiet.requestLoop();
        Path root = Files.createDirectories(directory.resolve("mount"));
        Attributes attributes =
                new Attributes(1, Attributes.DIRECTORY | 0755, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        try (FuseSession _ =
                FuseSession.mount(
                        MountOptions.of(root).withReaderThreads(1),
                        backing ->
                                request -> {
                                    if (request instanceof Request.GetAttr) {
                                        return new Reply.Attr(attributes, 0);
                                    }
                                    if (request instanceof Request.Statx) {
                                        return new Reply.Statx(attributes, 0);
                                    }
                                    throw new AssertionError("a bug");
                                })) {
            for (int round = 0; round < 3; round++) {
                IOException failure =
                        assertThrows(IOException.class, () -> Files.createFile(root.resolve("x")));
                assertTrue(failure.toString().contains("Input/output error"));
            }
            assertTrue(Files.isDirectory(root));
        } finally {
            Mounts.force(root);
        }
    }

    @Test
    void mountsThatAreThereAlreadyAreNamed() throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        MountOptions options = MountOptions.of(root);
        try {
            Mount mount = Mount.make(options);
            Handshake.shake(mount.device(), options);
            mount.device().close();
            FuseMountException dead =
                    assertThrows(FuseMountException.class, () -> Mount.make(options));
            assertTrue(dead.toString().contains("A dead FUSE mount"), dead.toString());
            mount.tree().unmount();
            try (FuseSession _ =
                    FuseSession.mount(options, backing -> new TreeFileSystem(directory, backing))) {
                FuseMountException alive =
                        assertThrows(FuseMountException.class, () -> Mount.make(options));
                assertTrue(alive.toString().contains("already (fuse.forebay)"), alive.toString());
            }
        } finally {
            Mounts.force(root);
        }
    }

    @Test
    void aFileSystemThatCannotBeMadeLeavesNoMount() throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        try {
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            FuseSession.mount(
                                    MountOptions.of(root),
                                    _ -> {
                                        throw new IllegalStateException("no server");
                                    }));
            assertEquals(root.toRealPath(), MountPoint.check(root));
        } finally {
            Mounts.force(root);
        }
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }
}
