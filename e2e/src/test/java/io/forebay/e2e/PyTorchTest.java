package io.forebay.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.forebay.e2e.system.Command;
import io.forebay.e2e.system.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that the README shows, where the mount itself carries the bytes. */
final class PyTorchTest {
    private static final int SIZE_MIB = 64;

    @TempDir private Path directory;

    @Test
    void aCheckpointReachesTheBucketAndLoadsAfterEviction() {
        Needs.fuse();
        Needs.rclone();
        Path python = Needs.pythonWithTorch();
        try (Deployment deployment = new Deployment(Deployment.home(), directory)) {
            deployment.up("--no-passthrough");
            Path script = Deployment.home().resolve("e2e/pytorch_checkpoint.py");
            Command.Outcome outcome =
                    new Command(
                                    List.of(
                                            python.toString(),
                                            script.toString(),
                                            "--state",
                                            deployment.state().toString(),
                                            "--size-mib",
                                            Integer.toString(SIZE_MIB)),
                                    Map.of(),
                                    Duration.ofMinutes(3))
                            .run();
            assertEquals(0, outcome.status(), () -> outcome.all() + deployment.logs());
        }
    }
}
