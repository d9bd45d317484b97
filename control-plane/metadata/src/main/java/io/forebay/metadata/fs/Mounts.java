package io.forebay.metadata.fs;

import io.forebay.metadata.kv.Unfinished;
import io.forebay.proto.AttachReply;
import io.forebay.proto.AttachRequest;
import io.forebay.proto.DetachReply;
import io.forebay.proto.DetachRequest;
import io.forebay.proto.RenewReply;
import io.forebay.proto.RenewRequest;
import java.util.List;

/** Mounts and their leases. */
public final class Mounts {
    public AttachReply attach(AttachRequest request) {
        return Unfinished.mark();
    }

    public RenewReply renew(RenewRequest request) {
        return Unfinished.mark();
    }

    public DetachReply detach(DetachRequest request) {
        return Unfinished.mark();
    }

    /** The mounts whose lease runs. */
    public List<MountView> list() {
        return Unfinished.mark();
    }

    /** Ends mounts whose lease has passed, a bounded number; true: there may be more. */
    public boolean expire() {
        return Unfinished.mark();
    }
}
