package io.forebay.server.graphql.imports;

import io.forebay.metadata.imports.ImportView;
import org.eclipse.microprofile.graphql.NonNull;

/** As in the schema. */
public record SkippedObject(@NonNull String key, @NonNull String reason) {
    static SkippedObject of(ImportView.Skip skip) {
        return new SkippedObject(skip.key(), skip.reason());
    }
}
