package io.forebay.fuse.jnr;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.fuse.Backing;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.posix.Mounts;
import io.forebay.fuse.posix.ThisProcess;
import io.forebay.fuse.session.LibrarySession;
import io.forebay.fuse.session.MountOptions;
import io.forebay.fuse.session.TreeFileSystem;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The whole module against this machine's libfuse 2 and kernel. */
@EnabledIf("canMount")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class JnrMountTest {
    private static final long SEED = 42;

    @TempDir(cleanup = CleanupMode.ALWAYS)
    Path directory;

    static boolean canMount() {
        boolean device = Files.isReadable(Path.of(Device.PATH)) && ThisProcess.administrator();
        boolean can = device && hasLibrary();
        if (!can) {
            System.out.println("SKIPPED JnrMountTest: needs libfuse2, /dev/fuse and CAP_SYS_ADMIN");
        }
        return can;
    }

    private static boolean hasLibrary() {
        try {
            Object _ =
                    LibraryLoader.create(Library.Interruption.class)
                            .failImmediately()
                            .load("libfuse.so.2");
            return true;
        } catch (UnsatisfiedLinkError absent) {
            return false;
        }
    }

    /** What a test does in a mount. */
    private interface Work {
        void run(Path root) throws Exception;
    }

    /** Mounts, works, unmounts whatever happened, and checks that nothing is left. */
    private void mounted(Work work) throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        Path bytes = Files.createDirectories(directory.resolve("bytes"));
        TreeFileSystem fileSystem = new TreeFileSystem(bytes, Backing.NONE);
        try {
            try (LibrarySession _ =
                    LibrarySession.mount("jnr", MountOptions.of(root), fileSystem)) {
                work.run(root);
            }
            try (Stream<Path> content = Files.list(root)) {
                assertEquals(0, content.count(), "the mount is gone");
            }
            assertEquals(0, fileSystem.awaitNoLookups(), "all lookups were given back");
        } finally {
            Mounts.force(root);
        }
    }

    @Test
    void writesAndReadsBack() throws Exception {
        byte[] content = new byte[3 * (1 << 20) + 17];
        new Random(SEED).nextBytes(content);
        mounted(root -> {
            Path file = root.resolve("model.pt");
            Files.write(file, content);
            assertArrayEquals(content, Files.readAllBytes(file));
            assertEquals(content.length, Files.size(file));
            try (RandomAccessFile middle = new RandomAccessFile(file.toFile(), "rw")) {
                middle.setLength(1000);
            }
            assertEquals(1000, Files.size(file));
            Files.write(file, new byte[] {1, 2, 3});
            assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(file));
        });
    }

    @Test
    void listsWholeDirectories() throws Exception {
        mounted(root -> {
            Path many = Files.createDirectories(root.resolve("a/b/many"));
            for (int i = 0; i < 3000; i++) {
                Files.createFile(many.resolve("entry-" + i));
            }
            try (Stream<Path> found = Files.list(many)) {
                List<String> expected =
                        IntStream.range(0, 3000).mapToObj(i -> "entry-" + i).sorted().toList();
                assertEquals(
                        expected,
                        found.map(each -> each.getFileName().toString()).sorted().toList());
            }
            assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(many));
        });
    }

    @Test
    void aFileWithoutANameLivesOn() throws Exception {
        mounted(root -> {
            Path file = root.resolve("scratch");
            try (FileChannel open = open(file)) {
                open.write(text("before"));
                Files.delete(file);
                assertThrows(NoSuchFileException.class, () -> Files.size(file));
                try (Stream<Path> content = Files.list(root)) {
                    assertEquals(0, content.count(), "no name of the library's is seen");
                }
                open.write(text(" and after"));
                assertEquals(16, open.size());
                ByteBuffer read = ByteBuffer.allocate(16);
                assertEquals(16, open.read(read, 0));
                assertEquals("before and after", string(read));
            }
        });
    }

    @Test
    void renamingOverAnOpenFileReplacesIt() throws Exception {
        mounted(root -> {
            Path latest = root.resolve("latest");
            Path next = root.resolve("next");
            Files.writeString(latest, "old");
            Files.writeString(next, "new");
            try (FileChannel open = FileChannel.open(latest, StandardOpenOption.READ)) {
                Files.move(next, latest, StandardCopyOption.REPLACE_EXISTING);
                assertEquals("new", Files.readString(latest));
                ByteBuffer read = ByteBuffer.allocate(3);
                assertEquals(3, open.read(read, 0));
                assertEquals("old", string(read));
                assertEquals(3, open.size());
            }
            assertFalse(Files.exists(next));
        });
    }

    @Test
    void mapsFiles() throws Exception {
        mounted(root -> {
            Path file = root.resolve("mapped");
            try (FileChannel open = open(file);
                    Arena arena = Arena.ofConfined()) {
                open.write(ByteBuffer.allocate(8192));
                MemorySegment mapped = open.map(FileChannel.MapMode.READ_WRITE, 0, 8192, arena);
                mapped.set(ValueLayout.JAVA_BYTE, 4096, (byte) 7);
                mapped.force();
            }
            assertEquals(7, Files.readAllBytes(file)[4096]);
        });
    }

    @Test
    void endsWhenItIsUnmountedFromOutside() throws Exception {
        Path root = Files.createDirectories(directory.resolve("mount"));
        Path bytes = Files.createDirectories(directory.resolve("bytes"));
        TreeFileSystem fileSystem = new TreeFileSystem(bytes, Backing.NONE);
        try (LibrarySession session =
                LibrarySession.mount("jnr", MountOptions.of(root), fileSystem)) {
            assertTrue(Files.isDirectory(root));
            assertEquals(0, Mounts.unmount(root));
            session.awaitEnd();
        } finally {
            Mounts.force(root);
        }
    }

    private static FileChannel open(Path file) throws java.io.IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String string(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }
}
