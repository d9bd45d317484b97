package io.forebay.store;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a staging area needs to know.
 *
 * @param capacityBytes what its files may take
 * @param bootId the kernel's, /proc/sys/kernel/random/boot_id
 * @param waitMax how long an open waits for a fill or an eviction of the same file
 */
public record StagingSettings(
        Path directory, long capacityBytes, String bootId, Duration waitMax, StagingDisk disk) {
    public StagingSettings {
        if (capacityBytes <= 0) {
            throw new ForebayException(
                            FailureKind.FAILURE_INVALID, "The staging capacity must be above zero")
                    .with("bytes", capacityBytes);
        }
    }
}
