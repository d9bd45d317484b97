package io.forebay.server.graphql.imports;

import io.forebay.metadata.Metadata;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.server.graphql.ApiException;
import io.forebay.server.graphql.Workspaces;
import io.smallrye.common.annotation.RunOnVirtualThread;
import org.eclipse.microprofile.graphql.DefaultValue;
import org.eclipse.microprofile.graphql.GraphQLApi;
import org.eclipse.microprofile.graphql.Mutation;
import org.eclipse.microprofile.graphql.Name;
import org.eclipse.microprofile.graphql.NonNull;
import org.eclipse.microprofile.graphql.Query;
import org.jspecify.annotations.Nullable;

/** Starts imports and says how far they are. */
@GraphQLApi
@RunOnVirtualThread
public final class ImportApi {
    private final Metadata model;
    private final Workspaces workspaces;

    ImportApi(Metadata model, Workspaces workspaces) {
        this.model = model;
        this.workspaces = workspaces;
    }

    @Query
    public @Nullable WorkspaceImport lastImport(@Name("workspace") @NonNull String workspace) {
        return ApiException.translate(() ->
                model.imports()
                        .find(workspaces.named(workspace).id())
                        .map(WorkspaceImport::of)
                        .orElse(null));
    }

    @Mutation
    public @NonNull WorkspaceImport importWorkspace(
            @Name("name") @NonNull String name,
            @Name("uid") @DefaultValue("0") @Nullable Integer uid,
            @Name("gid") @DefaultValue("0") @Nullable Integer gid) {
        return ApiException.translate(() -> {
            int owner = checked(uid);
            int group = checked(gid);
            return WorkspaceImport.of(
                    model.imports().start(workspaces.named(name).id(), owner, group));
        });
    }

    private static int checked(@Nullable Integer number) {
        int owner = number == null ? 0 : number;
        if (owner < 0) {
            throw new ForebayException(FailureKind.FAILURE_INVALID, "uid and gid are not negative.")
                    .with("given", owner);
        }
        return owner;
    }
}
