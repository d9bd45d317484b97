package io.forebay.metadata.fs;

import java.time.Instant;

/** A mount, for people. */
public record MountView(
        long id,
        String workspace,
        String node,
        String mountPoint,
        String version,
        Instant lastSeen) {}
