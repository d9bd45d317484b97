package io.forebay.worker.staging;

import io.forebay.persist.ObjectStore;
import io.forebay.store.StagingArea;
import io.forebay.worker.foreign.Doubts;
import io.forebay.worker.telemetry.TaskTrace;
import io.forebay.worker.telemetry.WorkerMetrics;

/** What opens and evictions share. */
public record StagedParts(
        StagingArea area,
        ObjectStore store,
        Eviction eviction,
        Doubts doubts,
        CopyUses copies,
        Contact contact,
        WorkerMetrics metrics,
        TaskTrace trace) {}
