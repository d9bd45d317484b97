package io.forebay.metadata.admin;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.HeartbeatReply;
import io.forebay.proto.HeartbeatRequest;
import io.forebay.proto.RegisterWorkerReply;
import io.forebay.proto.RegisterWorkerRequest;
import java.util.List;

/** The workers that were ever registered. */
public final class Workers {
    public RegisterWorkerReply register(RegisterWorkerRequest request) {
        return Unfinished.mark();
    }

    public HeartbeatReply heartbeat(HeartbeatRequest request) {
        return Unfinished.mark();
    }

    /** All of them, by id. */
    public List<WorkerView> list() {
        return Unfinished.mark();
    }
}
