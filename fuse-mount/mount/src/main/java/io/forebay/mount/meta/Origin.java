package io.forebay.mount.meta;

import io.forebay.proto.TraceContext;

/** On whose behalf a mutation is made: the process behind the request, and its trace. */
public record Origin(int uid, int gid, TraceContext trace) {
    /** The mount itself. */
    public static final Origin MOUNT = new Origin(0, 0, TraceContext.getDefaultInstance());

    public static Origin of(int uid, int gid) {
        return new Origin(uid, gid, TraceContext.getDefaultInstance());
    }

    public Origin traced(TraceContext context) {
        return new Origin(uid, gid, context);
    }
}
