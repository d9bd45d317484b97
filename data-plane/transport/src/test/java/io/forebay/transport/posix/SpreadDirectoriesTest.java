package io.forebay.transport.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpreadDirectoriesTest {
    @TempDir private Path directory;

    @Test
    void ext4IsAskedAndKeepsTheOtherFlags() throws Exception {
        String type = Files.getFileStore(directory).type();
        assumeTrue(type.equals("ext4"), "the temporary directory is on " + type + ", not on ext4");
        String before = flags();
        assertFalse(before.contains("T"), before);
        assertTrue(SpreadDirectories.below(directory));
        assertEquals(before, flags().replace("T", "-").substring(0, before.length()));
        assertTrue(flags().contains("T"), flags());
        assertTrue(SpreadDirectories.below(directory), "once more");
    }

    @Test
    void whatCannotBeSpreadIsLeftAsItIs() {
        assertFalse(SpreadDirectories.below(Path.of("/proc/self")));
        PosixException refused =
                assertThrows(
                        PosixException.class,
                        () -> SpreadDirectories.below(directory.resolve("not there")));
        assertEquals(PosixException.ENOENT, refused.errno());
    }

    private String flags() throws Exception {
        Process lsattr = new ProcessBuilder("lsattr", "-d", directory.toString()).start();
        String line = new String(lsattr.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, lsattr.waitFor());
        return line.substring(0, line.indexOf(' '));
    }
}
