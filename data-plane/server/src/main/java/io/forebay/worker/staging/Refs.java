package io.forebay.worker.staging;

import io.forebay.proto.StagedRef;
import io.forebay.store.StagedKey;
import java.util.List;

/** Staged files as the control plane's messages name them. */
final class Refs {
    private Refs() {}

    static List<StagedRef> of(List<StagedKey> keys) {
        return keys.stream().map(Refs::of).toList();
    }

    static StagedRef of(StagedKey key) {
        return StagedRef.newBuilder().setWorkspaceId(key.workspaceId()).setIno(key.ino()).build();
    }
}
