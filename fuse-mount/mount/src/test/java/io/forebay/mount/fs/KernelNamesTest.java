package io.forebay.mount.fs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hard links, files without a name, special nodes, extended attributes and births, under this
 * machine's kernel.
 */
@EnabledIf("io.forebay.mount.fs.KernelStage#canMount")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class KernelNamesTest {
    @TempDir Path directory;

    private static int links(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:nlink");
    }

    private static void run(String... words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), "hangs");
        assertEquals(0, process.exitValue(), said);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void hardLinksAreOneFile(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    Path a = Files.writeString(root.resolve("a"), "text");
                    Path sub = Files.createDirectory(root.resolve("sub"));
                    Path b = Files.createLink(sub.resolve("b"), a);
                    assertEquals(2, links(a));
                    assertEquals(2, links(b));
                    assertEquals(
                            Files.getAttribute(a, "unix:ino"), Files.getAttribute(b, "unix:ino"));
                    Files.writeString(b, "more", StandardOpenOption.APPEND);
                    assertEquals("textmore", Files.readString(a));
                    assertThrows(FileAlreadyExistsException.class, () -> Files.createLink(b, a));
                    assertThrows(
                            FileSystemException.class,
                            () -> Files.createLink(root.resolve("c"), sub));
                    Files.delete(a);
                    assertEquals(1, links(b));
                    assertEquals("textmore", Files.readString(b));
                });
    }

    /** Only a program in C, or one like it, can ask for such a file. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileIsMadeWithoutANameAndGetsOne(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    run("/usr/bin/python3", "-c", UNNAMED, root.toString());
                    assertEquals("text", Files.readString(root.resolve("named")));
                    assertEquals(1, links(root.resolve("named")));
                    try (Stream<Path> names = Files.list(root)) {
                        assertEquals(List.of(root.resolve("named")), names.toList());
                    }
                });
    }

    private static final String UNNAMED =
            """
            import os, sys
            root = sys.argv[1] # src_dir_fd makes it a linkat(2) that follows the link in /proc
            made = os.open(root, os.O_TMPFILE | os.O_RDWR, 0o640)
            os.write(made, b"te")
            seen = os.fstat(made)
            assert (seen.st_nlink, seen.st_size, seen.st_mode) == (0, 2, 0o100640), seen
            assert os.listdir(root) == []
            again = os.open("/proc/self/fd/%d" % made, os.O_RDWR)
            os.pwrite(again, b"xt", 2)
            os.close(again)
            os.link("/proc/self/fd/%d" % made, root + "/named", src_dir_fd=made)
            assert os.fstat(made).st_nlink == 1 and os.stat(root + "/named").st_size == 4
            os.close(made)
            for more in (0, os.O_EXCL):
                lost = os.open(root, os.O_TMPFILE | os.O_WRONLY | more, 0o600)
                os.write(lost, b"lost")
                if more:
                    try:
                        os.link("/proc/self/fd/%d" % lost, root + "/lost", src_dir_fd=lost)
                        sys.exit("an exclusive file got a name")
                    except FileNotFoundError:
                        pass
                os.close(lost)
            """;

    /** By a descriptor that opens nothing, also when the service has long forgotten the file. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatLostItsNameIsOpenedByADescriptor(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    Path go = directory.resolve("go");
                    Process process =
                            new ProcessBuilder(
                                            "/usr/bin/python3",
                                            "-c",
                                            PATHS,
                                            root.toString(),
                                            go.toString())
                                    .inheritIO()
                                    .start();
                    for (int i = 0; i < 2_000 && stage.metadata().open().size() < 2; i++) {
                        Thread.sleep(10);
                    }
                    stage.metadata().dropLeaving();
                    Files.createFile(go);
                    assertTrue(process.waitFor(20, TimeUnit.SECONDS), "hangs");
                    assertEquals(0, process.exitValue());
                });
    }

    private static final String PATHS =
            """
            import os, sys, time
            root, go = sys.argv[1:]
            def made(name):
                with open(root + name, "w") as file:
                    file.write(name)
                return os.open(root + name, os.O_PATH)
            removed, replaced, other = made("/a"), made("/b"), made("/c")
            os.unlink(root + "/a")
            os.rename(root + "/c", root + "/b")
            os.mkdir(root + "/d")
            directory = os.open(root + "/d", os.O_PATH | os.O_DIRECTORY)
            os.rmdir(root + "/d")
            while not os.path.exists(go):
                time.sleep(0.01)
            for held, name in (removed, "/a"), (replaced, "/b"):
                assert os.fstat(held).st_nlink == 0
                again = os.open("/proc/self/fd/%d" % held, os.O_RDWR)
                assert os.pread(again, 10, 0) == name.encode()
                os.pwrite(again, b"more", 2)
                os.close(again)
                with open("/proc/self/fd/%d" % held, "rb") as file:
                    assert file.read() == name.encode() + b"more"
                os.chmod("/proc/self/fd/%d" % held, 0o600)
                assert os.fstat(held).st_mode == 0o100600
            again = os.open("/proc/self/fd/%d/." % directory, os.O_RDONLY)
            assert os.fstat(again).st_nlink == 0
            for call in os.listdir, os.fchdir:
                try:
                    call(again)
                except FileNotFoundError:
                    pass
            try:
                os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=again)
                sys.exit("a file was made in a removed directory")
            except FileNotFoundError:
                pass
            """;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void specialNodesAreWhatTheyAreMade(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    run("mknod", "-m", "640", root.resolve("zero").toString(), "c", "1", "5");
                    run("mknod", root.resolve("block").toString(), "b", "259", "65793");
                    run("mkfifo", root.resolve("fifo").toString());
                    assertEquals(020640, Files.getAttribute(root.resolve("zero"), "unix:mode"));
                    run("sh", "-c", "test $(stat -c %t:%T $0/block) = 103:10101", root.toString());
                    run(
                            "sh",
                            "-c",
                            "test -p $0/fifo && echo x > $0/fifo & cat $0/fifo; wait",
                            root.toString());
                    run(
                            "sh",
                            "-c",
                            "exec 3<>$0/fifo; rm $0/fifo; echo y >&3; read l <&3;"
                                    + " test $l = y && test $(stat -L -c %h /dev/fd/3) = 0",
                            root.toString());
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void extendedAttributesStick(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    Path file = Files.writeString(root.resolve("a"), "text");
                    UserDefinedFileAttributeView view =
                            Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
                    assertEquals(List.of(), view.list());
                    byte[] value = new byte[65_536];
                    value[65_535] = 7;
                    view.write("large", ByteBuffer.wrap(value));
                    view.write("small", ByteBuffer.wrap(new byte[] {1}));
                    assertEquals(List.of("large", "small"), view.list().stream().sorted().toList());
                    assertEquals(65_536, view.size("large"));
                    ByteBuffer back = ByteBuffer.allocate(65_536);
                    view.read("large", back);
                    assertArrayEquals(value, back.array());
                    assertThrows(
                            IOException.class, () -> view.read("large", ByteBuffer.allocate(9)));
                    assertThrows(
                            IOException.class,
                            () -> view.write("huge", ByteBuffer.wrap(new byte[65_537])));
                    view.delete("large");
                    assertThrows(IOException.class, () -> view.size("large"));
                    assertEquals(List.of("small"), view.list());
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatHasNoNameAnyMoreIsStillShown(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    Path sub = Files.createDirectory(root.resolve("sub"));
                    run(
                            "sh",
                            "-c",
                            "cd $0 && rmdir $0 && test $(stat -c %h .) = 0",
                            sub.toString());
                    Path file = Files.writeString(root.resolve("a"), "text");
                    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
                        Files.delete(file);
                        assertEquals(4, open.size());
                    }
                    assertFalse(Files.exists(sub));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBirthIsShown(boolean passthrough) throws Exception {
        KernelStage.mounted(
                directory,
                passthrough,
                (root, stage) -> {
                    Path file = Files.writeString(root.resolve("a"), "text");
                    long ino = (Long) Files.getAttribute(file, "unix:ino");
                    BasicFileAttributes shown =
                            Files.readAttributes(file, BasicFileAttributes.class);
                    assertEquals(
                            Instant.ofEpochSecond(
                                    0, stage.metadata().attributes(ino).getBirthNanos()),
                            shown.creationTime().toInstant());
                });
    }
}
