package io.forebay.metadata.admin;

import java.time.Duration;

/**
 * What a workspace is made of.
 *
 * @param prefix empty, or ends with '/'
 * @param quotaBytes 0: no quota
 */
public record NewWorkspace(
        String name, String bucket, String prefix, Duration flushDelay, long quotaBytes) {}
