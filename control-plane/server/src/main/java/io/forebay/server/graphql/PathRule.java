package io.forebay.server.graphql;

import io.forebay.metadata.admin.WorkspaceView;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record PathRule(
        @NonNull String path,
        @NonNull DurabilityMode durability,
        int replicas,
        int flushDelayMillis) {
    static PathRule of(WorkspaceView.Rule rule) {
        return new PathRule(
                rule.path(),
                DurabilityMode.of(rule.policy().mode()),
                rule.policy().replicas(),
                Math.toIntExact(rule.policy().flushDelayMillis()));
    }
}
