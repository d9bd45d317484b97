package io.forebay.server.graphql.imports;

import io.forebay.metadata.imports.ImportView;
import java.util.List;
import org.eclipse.microprofile.graphql.NonNull;
import org.jspecify.annotations.Nullable;

/** As in the schema. */
public record WorkspaceImport(
        @NonNull ImportState state,
        long files,
        long directories,
        long present,
        long skipped,
        @NonNull List<@NonNull SkippedObject> skippedObjects,
        @NonNull String started,
        @Nullable String ended,
        @NonNull String message) {

    static WorkspaceImport of(ImportView view) {
        return new WorkspaceImport(
                ImportState.of(view.state()),
                view.files(),
                view.directories(),
                view.present(),
                view.skipped(),
                view.skips().stream().map(SkippedObject::of).toList(),
                view.started().toString(),
                view.ended() == null ? null : view.ended().toString(),
                view.message());
    }
}
