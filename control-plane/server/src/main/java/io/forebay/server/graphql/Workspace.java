package io.forebay.server.graphql;

import io.forebay.metadata.admin.Usage;
import io.forebay.metadata.admin.WorkspaceView;
import java.util.List;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record Workspace(
        @NonNull String id,
        @NonNull String name,
        @NonNull String bucket,
        @NonNull String prefix,
        @NonNull DurabilityMode durability,
        int replicas,
        int flushDelayMillis,
        @NonNull List<@NonNull PathRule> rules,
        long quotaBytes,
        long bytes,
        long inodes,
        long dirtyBytes,
        long dirtyFiles,
        double lossWindowSeconds) {
    private static final double MILLIS_PER_SECOND = 1000;

    static Workspace of(WorkspaceView view, Usage usage) {
        return new Workspace(
                Long.toString(view.id()),
                view.name(),
                view.bucket(),
                view.prefix(),
                DurabilityMode.of(view.policy().mode()),
                view.policy().replicas(),
                Math.toIntExact(view.policy().flushDelayMillis()),
                view.rules().stream().map(PathRule::of).toList(),
                view.quotaBytes(),
                usage.bytes(),
                usage.inodes(),
                usage.dirtyBytes(),
                usage.dirtyFiles(),
                usage.lossWindow().toMillis() / MILLIS_PER_SECOND);
    }
}
