package io.forebay.server.graphql.fsck;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.fsck.report.Report;
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

/** Starts checks and says how far they are. */
@GraphQLApi
@RunOnVirtualThread
public final class FsckApi {
    private final Metadata model;
    private final Workspaces workspaces;

    FsckApi(Metadata model, Workspaces workspaces) {
        this.model = model;
        this.workspaces = workspaces;
    }

    @Query
    public @Nullable FsckReport lastFsck(@Name("workspace") @NonNull String workspace) {
        return ApiException.translate(() ->
                model.fsck()
                        .find(workspaces.named(workspace).id())
                        .map(FsckReport::of)
                        .orElse(null));
    }

    @Mutation
    public @NonNull FsckReport fsck(
            @Name("workspace") @NonNull String workspace,
            @Name("repair") @DefaultValue("false") @Nullable Boolean repair,
            @Name("deep") @DefaultValue("false") @Nullable Boolean deep) {
        return ApiException.translate(() -> {
            Report.Options options =
                    new Report.Options(Boolean.TRUE.equals(repair), Boolean.TRUE.equals(deep));
            return FsckReport.of(model.fsck().start(workspaces.named(workspace).id(), options));
        });
    }
}
