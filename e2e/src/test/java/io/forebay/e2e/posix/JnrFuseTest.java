package io.forebay.e2e.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Digest;
import io.forebay.e2e.Eventually;
import io.forebay.e2e.Needs;
import io.forebay.e2e.Rclone;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import io.forebay.e2e.system.SecondMount;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A workspace mounted through jnr-fuse, beside the same one by the kernel's protocol. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class JnrFuseTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int SIZE = (3 << 20) + 11;

    @TempDir private static Path directory;

    private static Deployment deployment = new Deployment(Path.of(""), Path.of(""));

    @BeforeAll
    static void start() {
        Needs.fuse();
        Needs.root();
        Suites.libfuse2();
        deployment = new Deployment(Deployment.home(), directory);
        deployment.up("--fuse=jnr");
    }

    @AfterAll
    static void end() {
        deployment.close();
    }

    @Test
    @Order(1)
    void aSaveReachesTheBucket() throws Exception {
        Needs.rclone();
        Path mount = deployment.mountPoint();
        byte[] content = new byte[SIZE];
        new Random(3).nextBytes(content);
        Path fresh = Files.createDirectories(mount.resolve("run/1")).resolve("model.pt.tmp");
        Files.write(fresh, content);
        Files.move(fresh, mount.resolve("run/1/model.pt"), StandardCopyOption.ATOMIC_MOVE);
        Path cut = mount.resolve("cut");
        try (FileChannel open = create(cut)) {
            open.write(ByteBuffer.wrap(content));
            open.truncate(1000);
            open.force(true);
        }
        map(mount.resolve("mapped"));
        assertArrayEquals(content, Files.readAllBytes(mount.resolve("run/1/model.pt")));
        Map<String, String> written =
                Map.of(
                        "run/1/model.pt", Digest.sha256(mount.resolve("run/1/model.pt")),
                        "cut", Digest.sha256(cut),
                        "mapped", Digest.sha256(mount.resolve("mapped")));
        assertEquals(1000, Files.size(cut));
        deployment.flush(mount, LIMIT);
        assertEquals(written, new Rclone(deployment).objects(directory), deployment::logs);
    }

    private static void map(Path file) throws IOException {
        try (FileChannel open = create(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = open.map(FileChannel.MapMode.READ_WRITE, 0, 8192, arena);
            mapped.set(ValueLayout.JAVA_BYTE, 5000, (byte) 1);
            mapped.force();
        }
        assertEquals(1, Files.readAllBytes(file)[5000]);
    }

    @Test
    @Order(2)
    void attributesAreThose() throws Exception {
        Path file = deployment.mountPoint().resolve("attributes");
        Files.writeString(file, "x");
        Files.setAttribute(file, "user:colour", ByteBuffer.wrap(new byte[] {1, 2}));
        assertArrayEquals(new byte[] {1, 2}, (byte[]) Files.getAttribute(file, "user:colour"));
        Files.createLink(file.resolveSibling("second"), file);
        assertEquals(2, Files.getAttribute(file, "unix:nlink"));
        Files.createSymbolicLink(file.resolveSibling("symbolic"), file.getFileName());
        assertEquals("x", Files.readString(file.resolveSibling("symbolic")));
        assertEquals(Files.size(file), Files.size(file.resolveSibling("second")));
    }

    /** Locks within the mount, and between it and one by the kernel's protocol. */
    @Test
    @Order(3)
    void locksAndChangesPassBetweenBothKindsOfMount() throws Exception {
        Path script = Deployment.home().resolve("e2e/src/test/resources/suites/locks.py");
        Path mount = deployment.mountPoint();
        try (SecondMount other =
                SecondMount.withoutPassthrough(deployment, directory.resolve("other"))) {
            lock(script, mount.resolve("locked"), other.mountPoint().resolve("locked"));
            // Another file: libfuse shows a description's lock that ended by a close (F_GETLK).
            lock(script, other.mountPoint().resolve("again"), mount.resolve("again"));
            Path here = mount.resolve("locked");
            Path there = other.mountPoint().resolve("locked");
            Files.writeString(there, "from there");
            assertEquals("from there", Files.readString(here));
            Files.move(there, there.resolveSibling("moved"));
            assertTrue(Files.exists(here.resolveSibling("moved")));
            assertTrue(Files.notExists(here));
        }
    }

    private static void lock(Path script, Path here, Path there) throws IOException {
        Files.createFile(here);
        List<String> words =
                List.of(Suites.python(), script.toString(), here.toString(), there.toString());
        Command.Outcome outcome = new Command(words, Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
    }

    /** What docs/JNR-FUSE.md says that such a mount lacks. */
    @Test
    @Order(4)
    void whatItLacksFailsAsSaid() throws Exception {
        Suites.python();
        String script =
                """
                import ctypes, errno, os, struct, sys
                libc = ctypes.CDLL(None, use_errno=True)
                def fails(number, result):
                    assert result == -1 and ctypes.get_errno() == number, ctypes.get_errno()
                os.chdir(sys.argv[1])
                open("a", "w").write("a"); open("b", "w").write("b")
                for flags, target in ((1, b"new"), (2, b"b"), (4, b"b")):
                    fails(errno.EINVAL, libc.renameat2(-100, b"a", -100, target, flags))
                entry = lambda tag, mode: struct.pack("<HHi", tag, mode, -1)
                acl = struct.pack("<I", 2) + entry(1, 6) + entry(4, 4) + entry(32, 4)
                name = b"system.posix_acl_access"
                fails(errno.EOPNOTSUPP, libc.setxattr(b"a", name, acl, len(acl), 0))
                try:
                    os.open(".", os.O_TMPFILE | os.O_RDWR); raise SystemExit("O_TMPFILE")
                except OSError as e:
                    assert e.errno == errno.EOPNOTSUPP, e
                try:
                    open(".fuse_hidden0000000100000001", "w"); raise SystemExit("hidden")
                except OSError as e:
                    assert e.errno == errno.EPERM, e
                with open("sparse", "wb+") as f:
                    f.truncate(1 << 20)
                    assert os.lseek(f.fileno(), 0, os.SEEK_DATA) == 0
                    assert os.lseek(f.fileno(), 0, os.SEEK_HOLE) == 1 << 20
                    os.pwrite(f.fileno(), b"12345", 0)
                    with open("copy", "wb") as g:
                        assert os.copy_file_range(f.fileno(), g.fileno(), 5, 0) == 5
                assert open("copy").read() == "12345"
                """;
        Path work = Files.createDirectory(deployment.mountPoint().resolve("lacks"));
        List<String> words = List.of(Suites.python(), "-c", script, work.toString());
        Command.Outcome outcome = new Command(words, Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
    }

    @Test
    @Order(5)
    void itCannotBeHandedOver() {
        Command.Outcome outcome = deployment.restartMount();
        assertNotEquals(0, outcome.status());
        assertEquals(1, outcome.err().lines().count(), outcome::all);
        assertTrue(outcome.err().contains("cannot be handed over"), outcome::all);
    }

    /** I1 at close: the mount comes again by itself, with all that was closed. */
    @Test
    @Order(6)
    void aDeadOneIsMountedAgain() throws Exception {
        Path file = deployment.mountPoint().resolve("kept");
        Files.writeString(file, "closed before");
        long before = deployment.pid("mount");
        FileChannel open = FileChannel.open(file, StandardOpenOption.READ);
        assertTrue(ProcessHandle.of(before).orElseThrow().destroyForcibly());
        Eventually.holds(
                "it is mounted again",
                LIMIT,
                () ->
                        deployment.pid("mount") != before
                                && "closed before".equals(contentIfThere(file)));
        assertThrows(IOException.class, () -> open.read(ByteBuffer.allocate(1), 0));
        assertThrows(IOException.class, open::close, "the close is told of it as well");
    }

    /** Nothing while the mount is dead, or away. */
    private static String contentIfThere(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException notYet) {
            return "";
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }
}
