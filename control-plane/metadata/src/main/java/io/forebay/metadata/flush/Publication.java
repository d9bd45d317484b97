package io.forebay.metadata.flush;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.BeginPublishReply;
import io.forebay.proto.BeginPublishRequest;
import io.forebay.proto.FinishPublishReply;
import io.forebay.proto.FinishPublishRequest;

/** Objects under their keys. */
public final class Publication {
    public BeginPublishReply beginPublish(BeginPublishRequest request) {
        return Unfinished.mark();
    }

    public FinishPublishReply finishPublish(FinishPublishRequest request) {
        return Unfinished.mark();
    }
}
