package io.forebay.metadata.admin;

import java.time.Duration;

/**
 * What a workspace holds.
 *
 * @param lossWindow age of the oldest content that is not in the bucket
 */
public record Usage(
        long bytes, long inodes, long dirtyBytes, long dirtyFiles, Duration lossWindow) {}
