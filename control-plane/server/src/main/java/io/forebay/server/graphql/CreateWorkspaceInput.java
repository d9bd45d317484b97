package io.forebay.server.graphql;

import io.forebay.metadata.admin.NewWorkspace;
import io.forebay.metadata.flush.Policy;
import org.eclipse.microprofile.graphql.DefaultValue;
import org.eclipse.microprofile.graphql.Input;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** As in the schema. An explicit null is as good as nothing. */
@Input("CreateWorkspaceInput")
public record CreateWorkspaceInput(
        @NonNull String name,
        @NonNull String bucket,
        @DefaultValue("") @Nullable String prefix,
        @DefaultValue("1000") @Nullable Integer flushDelayMillis,
        @DefaultValue("WRITE_BACK") @Nullable DurabilityMode durability,
        @DefaultValue("1") @Nullable Integer replicas,
        @DefaultValue("0") @Nullable Long quotaBytes) {
    /** A second: longer than the pauses between the writes of one file, short for a person. */
    private static final int FLUSH_DELAY_MILLIS_DEFAULT = 1000;

    NewWorkspace checked() {
        return new NewWorkspace(
                Inputs.workspaceName(name),
                Inputs.bucket(bucket),
                Inputs.prefix(prefix == null ? "" : prefix),
                new Policy(
                        mode().stored(),
                        delayMillis(),
                        Inputs.replicas(replicas == null ? 1 : replicas)),
                Inputs.quotaBytes(quotaBytes == null ? 0 : quotaBytes));
    }

    private DurabilityMode mode() {
        return durability == null ? DurabilityMode.WRITE_BACK : durability;
    }

    private int delayMillis() {
        return Inputs.flushDelayMillis(
                flushDelayMillis == null ? FLUSH_DELAY_MILLIS_DEFAULT : flushDelayMillis);
    }
}
