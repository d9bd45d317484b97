package io.forebay.server.graphql;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.admin.WorkspaceView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.graphql.GraphQLApi;
import org.eclipse.microprofile.graphql.Name;
import org.eclipse.microprofile.graphql.NonNull;
import org.eclipse.microprofile.graphql.Query;
import org.jspecify.annotations.Nullable;

/** The queries of the schema. */
@GraphQLApi
@RunOnVirtualThread
public final class QueryApi {
    private final Metadata model;
    private final Workspaces workspaces;

    QueryApi(Metadata model, Workspaces workspaces) {
        this.model = model;
        this.workspaces = workspaces;
    }

    @Query
    public @NonNull List<@NonNull Workspace> workspaces() {
        return ApiException.translate(
                () -> model.workspaces().list().stream().map(workspaces::withUsage).toList());
    }

    @Query
    public @Nullable Workspace workspace(@Name("name") @NonNull String name) {
        return ApiException.translate(
                () -> workspaces.ready(name).map(workspaces::withUsage).orElse(null));
    }

    @Query
    public @NonNull List<@NonNull Worker> workers() {
        return ApiException.translate(
                () -> model.workers().list().stream().map(Worker::of).toList());
    }

    @Query
    public @NonNull List<@NonNull Mount> mounts() {
        return ApiException.translate(() -> model.mounts().list().stream().map(Mount::of).toList());
    }

    @Query
    public @Nullable FileNode file(
            @Name("workspace") @NonNull String workspace, @Name("path") @NonNull String path) {
        return ApiException.translate(() -> {
            byte[] bytes = Inputs.path(path);
            Optional<WorkspaceView> found = workspaces.ready(workspace);
            return found.flatMap(ready -> model.inspection().inspect(ready.id(), bytes))
                    .map(FileNode::of)
                    .orElse(null);
        });
    }
}
