package io.forebay.mount.fs;

import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of set-id bits when files are written, under this machine's kernel. */
@EnabledIf("io.forebay.mount.fs.KernelStage#canMount")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class KernelSetIdTest {
    @TempDir Path directory;

    private interface Work {
        void with(Path file) throws Exception;
    }

    /** Root's file of ten zeros on a mount that other users reach. */
    private void mounted(boolean passthrough, Work work) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        KernelStage.mounted(
                directory,
                passthrough,
                (root, _) -> work.with(Files.write(root.resolve("a"), new byte[10])));
    }

    private static void setMode(Path file, int mode) throws Exception {
        Files.setAttribute(file, "unix:mode", mode);
    }

    private static int mode(Path file) throws Exception {
        return (Integer) Files.getAttribute(file, "unix:mode") & 07777;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWriteByAnotherUserTakesTheSetIdBits(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                file -> {
                    setMode(file, 06777);
                    Files.write(file, new byte[1], WRITE);
                    assertEquals(06777, mode(file));
                    writeAsAnother(file);
                    assertEquals(0777, mode(file));
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whateverAnotherUserDoesToTheContentTakesTheSetIdBits(boolean passthrough)
            throws Exception {
        mounted(
                passthrough,
                file -> {
                    for (String change :
                            List.of(
                                    "truncate -s 5 \"$0\"",
                                    ": > \"$0\"",
                                    "fallocate -l 9000 \"$0\"",
                                    "echo b >> \"$0\"")) {
                        setMode(file, 06777);
                        asAnother(change, file);
                        assertEquals(0777, mode(file), change);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void setIdBitsThatComeWhileAnotherUserWritesGoWithItsNextWrite(boolean passthrough)
            throws Exception {
        mounted(
                passthrough,
                file -> {
                    setMode(file, 0777);
                    Process other =
                            startAsAnother(
                                    "exec 3<>\"$0\"; echo; read a; echo b >&3; echo; read b", file);
                    assertEquals('\n', other.getInputStream().read(), "it has the file open");
                    setMode(file, 06777);
                    other.getOutputStream().write('\n');
                    other.getOutputStream().flush();
                    assertEquals('\n', other.getInputStream().read(), "it has written");
                    assertEquals(0777, mode(file));
                    other.getOutputStream().write('\n');
                    other.getOutputStream().close();
                    awaitSuccess(other);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void bitsThatComeWhileAFileIsReadKeepNobodyFromWriting(boolean passthrough) throws Exception {
        mounted(
                passthrough,
                file -> {
                    try (InputStream reader = Files.newInputStream(file)) {
                        assertEquals(0, reader.read());
                        setMode(file, 06777);
                        Files.write(file, new byte[] {1, 2, 3}, WRITE);
                        assertEquals(06777, mode(file));
                        writeAsAnother(file);
                        assertEquals(0777, mode(file));
                        assertEquals(2, reader.read());
                    }
                    assertArrayEquals(
                            new byte[] {0, 2, 3, 0, 0, 0, 0, 0, 0, 0}, Files.readAllBytes(file));
                });
    }

    private static void writeAsAnother(Path file) throws Exception {
        asAnother("dd if=/dev/zero \"of=$0\" bs=1 count=1 conv=notrunc status=none", file);
    }

    private static void asAnother(String script, Path file) throws Exception {
        awaitSuccess(startAsAnother(script, file));
    }

    private static Process startAsAnother(String script, Path file) throws Exception {
        String[] command = {
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script
        };
        List<String> all = new ArrayList<>(List.of(command));
        all.add(file.toString());
        return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void awaitSuccess(Process process) throws Exception {
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "ends");
        assertEquals(0, process.exitValue());
    }
}
