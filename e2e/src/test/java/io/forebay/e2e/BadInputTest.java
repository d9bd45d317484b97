package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot work is refused in one line that says what to do, and leaves nothing behind. */
final class BadInputTest {
    @TempDir private Path directory;

    @Test
    void aMountPointThatHoldsFilesIsLeftAlone() throws Exception {
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            Path kept = deployment.mountPoint().resolve("kept");
            Files.createDirectories(deployment.mountPoint());
            Files.writeString(kept, "mine");
            refused(deployment, "empty");
            assertEquals("mine", Files.readString(kept));
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Deployment deployment = new Deployment(Deployment.home(), directory)) {
            String port = Integer.toString(taken.getLocalPort());
            refused(deployment, port, "--http-port", port);
        }
    }

    @Test
    void aWorkspaceNameThatCannotBeIsExplained() throws Exception {
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            refused(deployment, "workspace", "--workspace", "Not A Name");
        }
    }

    @Test
    void aForeignStateDirectoryIsNotWrittenTo() throws Exception {
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            Files.createDirectories(deployment.state());
            Files.writeString(deployment.state().resolve("thesis.txt"), "mine");
            refused(deployment, "--state");
            assertEquals("mine", Files.readString(deployment.state().resolve("thesis.txt")));
        }
    }

    private static void refused(Deployment deployment, String says, String... options)
            throws IOException {
        Command.Outcome outcome = deployment.tryUp(options);
        assertNotEquals(0, outcome.status(), outcome::all);
        assertEquals(1, outcome.err().strip().lines().count(), outcome::all);
        assertTrue(outcome.err().contains(says), outcome::all);
        assertFalse(
                Files.readString(Path.of("/proc/self/mounts"))
                        .contains(" " + deployment.mountPoint() + " "));
    }
}
