package io.forebay.metadata.fs;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.CommitRequest;
import io.forebay.proto.CreateRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.OpenReply;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.ReleaseReply;
import io.forebay.proto.ReleaseRequest;

/** Regular files from their open to their last release. */
public final class OpenFiles {
    public OpenReply create(CreateRequest request) {
        return Unfinished.mark();
    }

    public OpenReply open(OpenRequest request) {
        return Unfinished.mark();
    }

    public NodeReply commit(CommitRequest request) {
        return Unfinished.mark();
    }

    public ReleaseReply release(ReleaseRequest request) {
        return Unfinished.mark();
    }
}
