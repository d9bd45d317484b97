package io.forebay.server.graphql;

import io.forebay.metadata.admin.WorkspaceView;
import io.smallrye.common.annotation.RunOnVirtualThread;
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

    MutationApi(Workspaces workspaces, Flushes flushes) {
        this.workspaces = workspaces;
        this.flushes = flushes;
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

    @Mutation
    public @NonNull EvictResult evict(
            @Name("workspace") @NonNull String workspace, @Name("path") @NonNull String path) {
        return ApiException.translate(() -> {
            byte[] bytes = Inputs.path(path);
            return flushes.evict(workspaces.named(workspace).id(), bytes);
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
