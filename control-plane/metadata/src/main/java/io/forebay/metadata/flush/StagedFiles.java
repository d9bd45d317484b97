package io.forebay.metadata.flush;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.BeginEvictReply;
import io.forebay.proto.BeginEvictRequest;
import io.forebay.proto.DescribeStagedReply;
import io.forebay.proto.DescribeStagedRequest;

/** What workers hold on their disks. */
public final class StagedFiles {
    public DescribeStagedReply describeStaged(DescribeStagedRequest request) {
        return Unfinished.mark();
    }

    public BeginEvictReply beginEvict(BeginEvictRequest request) {
        return Unfinished.mark();
    }
}
