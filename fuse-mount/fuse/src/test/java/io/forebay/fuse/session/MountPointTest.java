package io.forebay.fuse.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each mistake has a message that says what to do. */
final class MountPointTest {
    @TempDir Path directory;

    private static void assertRefused(Path path, String words) {
        FuseMountException refused =
                assertThrows(FuseMountException.class, () -> MountPoint.check(path));
        assertTrue(refused.toString().contains(words), refused.toString());
    }

    @Test
    void anEmptyDirectory() throws IOException {
        Path real = directory.toRealPath();
        assertEquals(real, MountPoint.check(directory));
        Path link =
                Files.createSymbolicLink(
                        Files.createTempDirectory("fuse-test").resolve("link"), directory);
        try {
            assertEquals(real, MountPoint.check(link));
        } finally {
            Files.delete(link);
            Files.delete(link.getParent());
        }
    }

    @Test
    void mistakes() throws IOException {
        assertRefused(directory.resolve("absent"), "mkdir -p");
        assertRefused(directory.resolve("absent/deeper"), "mkdir -p");
        assertRefused(Files.createFile(directory.resolve("file")), "is not a directory");
        assertRefused(directory, "is not empty");
        assertRefused(Path.of("/"), "root directory");
        assertRefused(Path.of("/proc"), "mounted at /proc already (proc)");
    }
}
