package io.forebay.metadata.admin;

import java.time.Instant;

/** A worker, for people. */
public record WorkerView(
        String id,
        String node,
        long epoch,
        boolean healthy,
        Instant lastSeen,
        long capacityBytes,
        long usedBytes,
        long freeBytes) {}
