package io.forebay.metadata.fs;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Refusal;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeReply;

/** Replies. */
final class Answers {
    private Answers() {}

    static NodeReply node(Inode inode) {
        return NodeReply.newBuilder().setAttributes(inode.attributes().build()).build();
    }

    /** As it is now, with the directory whose entries the call changed. */
    static NodeReply node(Inode inode, Inode parent) {
        return Answers.node(inode).toBuilder().setParent(parent.attributes()).build();
    }

    /** What a body without an answer ends in. */
    static FailureKind failure(Runnable body) {
        try {
            body.run();
            return FailureKind.FAILURE_NONE;
        } catch (Refusal refusal) {
            return refusal.kind();
        }
    }
}
