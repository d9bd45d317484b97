package io.forebay.worker.wiring;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagingArea;
import io.forebay.store.StagingSettings;
import io.forebay.worker.staging.NativeDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/** Opens the staging area that the configuration names. */
final class StagingAreas {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** A file of 1 TB at 1 GB/s, nearly. */
    private static final Duration FILL_MAX = Duration.ofMinutes(15);

    /** A tenth stays free: full disks are slow, and directories take space too. */
    private static final long DISK_TENTHS = 9;

    private StagingAreas() {}

    static StagingArea open(WorkerSettings settings) {
        Path directory = settings.stagingDirectory();
        try {
            make(directory);
            long capacity =
                    settings.capacityBytes()
                            .orElse(
                                    Files.getFileStore(directory).getTotalSpace()
                                            / 10
                                            * DISK_TENTHS);
            return StagingArea.open(
                    new StagingSettings(directory, capacity, bootId(), FILL_MAX, new NativeDisk()));
        } catch (IOException e) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID,
                            "The staging directory cannot be used; give it to the worker's user",
                            e)
                    .with("path", directory)
                    .with("cause", e);
        }
    }

    /** Another one after each start of the machine. */
    static String bootId() throws IOException {
        return Files.readString(BOOT_ID).strip();
    }

    private static void make(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }
}
