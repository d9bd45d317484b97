package io.forebay.metadata.fsck.report;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is not as it should be.
 *
 * @param path of the file, where it has one
 * @param subject what it is about: an inode, a key, a worker
 * @param repaired it was, and is as it should be now
 */
public record Finding(
        FindingCode code, @Nullable String path, String subject, String detail, boolean repaired) {}
