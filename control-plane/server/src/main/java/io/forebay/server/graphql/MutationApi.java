package io.forebay.server.graphql;

import io.forebay.metadata.admin.PathRules;
import io.forebay.metadata.admin.WorkspaceView;
import io.forebay.server.graphql.conflict.Conflicts;
import io.forebay.server.graphql.conflict.Keep;
import io.forebay.server.graphql.conflict.Resolution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.eclipse.microprofile.graphql.DefaultValue;
import org.eclipse.microprofile.graphql.GraphQLApi;
import org.eclipse.microprofile.graphql.Mutation;
import org.eclipse.microprofile.graphql.Name;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** The mutations of the schema. */
@GraphQLApi
@RunOnVirtualThread
public final class MutationApi {
    /** A minute: a person's patience, and within what proxies let a request wait. */
    private static final int TIMEOUT_SECONDS_DEFAULT = 60;

    private final Workspaces workspaces;
    private final Flushes flushes;
    private final Conflicts conflicts;

    MutationApi(Workspaces workspaces, Flushes flushes, Conflicts conflicts) {
        this.workspaces = workspaces;
        this.flushes = flushes;
        this.conflicts = conflicts;
    }

    @Mutation
    public @NonNull Workspace createWorkspace(@Name("input") @NonNull CreateWorkspaceInput input) {
        return ApiException.translate(() -> workspaces.create(input.checked()));
    }

    @Mutation
    public @NonNull LocationCheck checkWorkspace(@Name("name") @NonNull String name) {
        return ApiException.translate(() -> workspaces.check(workspaces.named(name)));
    }

    @Mutation
    public @NonNull FlushResult flush(
            @Name("workspace") @NonNull String workspace,
            @Name("path") @NonNull String path,
            @Name("wait") @DefaultValue("false") @Nullable Boolean wait,
            @Name("timeoutSeconds") @DefaultValue("60") @Nullable Integer timeoutSeconds) {
        return ApiException.translate(() -> {
            int seconds = waitSeconds(wait, timeoutSeconds);
            byte[] bytes = Inputs.path(path);
            WorkspaceView found = workspaces.named(workspace);
            return flushes.flush(found.id(), bytes, seconds);
        });
    }

    @Mutation("setDurability") // else its "set" would go
    public @NonNull Workspace setDurability(
            @Name("workspace") @NonNull String workspace,
            @Name("path") @DefaultValue("") @Nullable String path,
            @Name("durability") @NonNull DurabilityMode durability,
            @Name("flushDelayMillis") @Nullable Integer flushDelayMillis,
            @Name("replicas") @Nullable Integer replicas) {
        return ApiException.translate(() -> {
            byte[] bytes = Inputs.path(path == null ? "" : path);
            OptionalLong delay =
                    flushDelayMillis == null
                            ? OptionalLong.empty()
                            : OptionalLong.of(Inputs.flushDelayMillis(flushDelayMillis));
            OptionalInt wanted =
                    replicas == null
                            ? OptionalInt.empty()
                            : OptionalInt.of(Inputs.replicas(replicas));
            PathRules.Wish wish = new PathRules.Wish(durability.stored(), delay, wanted);
            return workspaces.setDurability(workspace, bytes, wish);
        });
    }

    @Mutation
    public @NonNull Workspace removeDurability(
            @Name("workspace") @NonNull String workspace, @Name("path") @NonNull String path) {
        return ApiException.translate(
                () -> workspaces.removeDurability(workspace, Inputs.path(path)));
    }

    @Mutation
    public @NonNull EvictResult evict(
            @Name("workspace") @NonNull String workspace, @Name("path") @NonNull String path) {
        return ApiException.translate(() -> {
            byte[] bytes = Inputs.path(path);
            return flushes.evict(workspaces.named(workspace).id(), bytes);
        });
    }

    @Mutation
    public @NonNull Resolution resolveConflict(
            @Name("workspace") @NonNull String workspace,
            @Name("path") @NonNull String path,
            @Name("keep") @NonNull Keep keep,
            @Name("etag") @Nullable String etag) {
        return ApiException.translate(() -> {
            byte[] bytes = Inputs.path(path);
            return conflicts.resolve(workspaces.named(workspace).id(), bytes, keep, etag);
        });
    }

    /** An explicit null is as good as nothing. */
    private static int waitSeconds(@Nullable Boolean wait, @Nullable Integer timeoutSeconds) {
        int seconds =
                Inputs.timeoutSeconds(
                        timeoutSeconds == null ? TIMEOUT_SECONDS_DEFAULT : timeoutSeconds);
        return Boolean.TRUE.equals(wait) ? seconds : 0;
    }
}
