package io.forebay.server.graphql;

import io.forebay.metadata.admin.WorkerView;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record Worker(
        @NonNull String id,
        @NonNull String node,
        long epoch,
        boolean healthy,
        @NonNull String lastSeen,
        long capacityBytes,
        long usedBytes,
        long freeBytes) {

    static Worker of(WorkerView view) {
        return new Worker(
                view.id(),
                view.node(),
                view.epoch(),
                view.healthy(),
                view.lastSeen().toString(),
                view.capacityBytes(),
                view.usedBytes(),
                view.freeBytes());
    }
}
