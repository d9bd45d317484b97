package io.forebay.server.graphql.fsck;

import io.forebay.metadata.fsck.report.FsckView;

/** As in the schema. */
public enum FsckState {
    RUNNING,
    DONE,
    FAILED;

    static FsckState of(FsckView.State state) {
        return switch (state) {
            case RUNNING -> RUNNING;
            case DONE -> DONE;
            case FAILED -> FAILED;
        };
    }
}
