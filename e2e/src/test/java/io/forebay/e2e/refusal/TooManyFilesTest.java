package io.forebay.e2e.refusal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.Eventually;
import io.forebay.e2e.Kill;
import io.forebay.e2e.Needs;
import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Programs that open more files than the processes of an instance may: opens are refused as by a
 * file system at its limit, nothing of the refused ones stays, and closing files is all it takes.
 */
@Timeout(300)
final class TooManyFilesTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Of each process. The mount keeps half of it for itself. */
    private static final int FILES_MAX = 1024;

    /** Fewer than any process has open: whatever it opens then is refused. */
    private static final int NOTHING_MORE = 8;

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingFilesIsAllItTakes(boolean passthrough) throws Exception {
        Needs.fuse();
        Needs.need(Needs.onPath("prlimit"), "prlimit is missing: apt-get install -y util-linux");
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment
                    .at(List.of("prlimit", "--nofile=" + FILES_MAX))
                    .up(passthrough ? new String[0] : new String[] {"--no-passthrough"});
            Path top = Files.createDirectory(deployment.mountPoint().resolve("many"));
            Deque<FileChannel> open = new ArrayDeque<>();
            try {
                atItsLimit(deployment, top, open);
            } finally {
                closeAll(open);
            }
            givenBack(deployment);
            for (String process : List.of("worker", "mount")) {
                withoutDescriptors(deployment, process, top);
            }
            assertEquals(List.of(), unfinished(deployment, top));
        }
    }

    private static void atItsLimit(Deployment deployment, Path top, Deque<FileChannel> open)
            throws Exception {
        fill(top.resolve("first"), open);
        int most = open.size();
        assertTrue(most >= FILES_MAX / 4, () -> "only " + most);
        namesGoOn(top.resolve("first"));
        Kill.andAwaitSuccessor(deployment, "mount");
        for (FileChannel each : open) {
            each.write(ByteBuffer.wrap(new byte[] {1}), 100);
        }
        assertRefused(() -> Files.createFile(top.resolve("late")));
        for (int closed = 0; closed < most / 2; closed++) {
            open.removeFirst().close();
        }
        fill(top.resolve("second"), open);
        assertEquals(most, open.size());
        closeAll(open);
        fill(top.resolve("third"), open);
        assertEquals(most, open.size());
    }

    /** Opens new files until one is refused, which must not be there then. */
    private static void fill(Path top, Deque<FileChannel> open) throws IOException {
        Files.createDirectory(top);
        Path path = top.resolve("0");
        try {
            for (int number = 0; number < FILES_MAX; number++) {
                path = top.resolve(Integer.toString(number));
                FileChannel file =
                        FileChannel.open(
                                path,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
                open.add(file);
                file.write(ByteBuffer.wrap(path.toString().getBytes(StandardCharsets.UTF_8)));
            }
        } catch (FileSystemException refusal) {
            assertEquals("Too many open files in system", refusal.getReason());
            Path refused = path;
            assertFalse(Files.exists(refused));
            assertRefused(() -> FileChannel.open(top.resolve("0")).close());
            return;
        }
        throw new AssertionError("as many as the limit of all its descriptors");
    }

    private static void namesGoOn(Path top) throws IOException {
        Path other = Files.createDirectory(top.resolveSibling("other"));
        Files.move(top.resolve("1"), other.resolve("1"));
        Files.delete(top.resolve("2"));
        Files.createLink(other.resolve("0"), top.resolve("0"));
        assertEquals(Files.size(other.resolve("0")), top.resolve("0").toString().length());
        try (Stream<Path> names = Files.list(top)) {
            assertTrue(names.noneMatch(name -> name.endsWith("1")));
        }
    }

    /** Neither the process that serves the mount nor its holder keeps what is closed. */
    private static void givenBack(Deployment deployment) throws Exception {
        ProcessHandle mount = ProcessHandle.of(deployment.pid("mount")).orElseThrow();
        for (ProcessHandle each : List.of(mount, mount.parent().orElseThrow())) {
            Path descriptors = Path.of("/proc/" + each.pid() + "/fd");
            Eventually.holds(
                    "files are given back",
                    LIMIT,
                    () ->
                            Objects.requireNonNull(new File(descriptors.toString()).list()).length
                                    < FILES_MAX / 4);
        }
    }

    /** Not even what a process keeps for itself is left: the limit was lowered under it. */
    private static void withoutDescriptors(Deployment deployment, String process, Path top)
            throws Exception {
        Path known = top.resolve("known-to-" + process);
        Files.writeString(known, process);
        String pid = Long.toString(deployment.pid(process));
        limit(pid, NOTHING_MORE);
        try {
            assertRefused(() -> Files.readString(known));
            assertRefused(() -> Files.writeString(top.resolve("new-to-" + process), "no"));
        } finally {
            limit(pid, FILES_MAX);
        }
        assertEquals(process, Files.readString(known));
        Files.writeString(top.resolve("new-to-" + process), "yes");
    }

    private static void limit(String pid, int files) {
        List<String> words = List.of("prlimit", "--pid", pid, "--nofile=" + files + ":");
        Command.Outcome outcome = new Command(words, Map.of(), LIMIT).run();
        assertEquals(0, outcome.status(), outcome::all);
    }

    /** Files that are not in the bucket when all is closed. */
    private static List<String> unfinished(Deployment deployment, Path top) throws IOException {
        deployment.flush(deployment.mountPoint(), LIMIT);
        List<String> left = new ArrayList<>();
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                String name = "/" + deployment.mountPoint().relativize(path);
                String state = deployment.file(name).path("flushState").asText();
                if (!state.equals("CLEAN")) {
                    left.add(name + " " + state);
                }
            }
        }
        return left;
    }

    private static void assertRefused(org.junit.jupiter.api.function.Executable open) {
        FileSystemException refusal = assertThrows(FileSystemException.class, open);
        assertEquals("Too many open files in system", refusal.getReason());
    }

    private static void closeAll(Deque<FileChannel> open) throws IOException {
        while (!open.isEmpty()) {
            open.removeFirst().close();
        }
    }
}
