package io.forebay.server.graphql.imports;

import io.forebay.metadata.imports.ImportView;

/** As in the schema. */
public enum ImportState {
    RUNNING,
    DONE,
    FAILED;

    static ImportState of(ImportView.State state) {
        return switch (state) {
            case RUNNING -> RUNNING;
            case DONE -> DONE;
            case FAILED -> FAILED;
        };
    }
}
