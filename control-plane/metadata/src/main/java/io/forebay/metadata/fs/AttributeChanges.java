package io.forebay.metadata.fs;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Attributes;
import io.forebay.proto.FlushState;
import io.forebay.proto.NodeReply;
import io.forebay.proto.SetAttributesRequest;

/** As chmod(2), chown(2), utimensat(2) and FS_IOC_SETFLAGS have it. */
final class AttributeChanges {
    private static final int SET_ID_BITS = 06000;
    private static final int GROUP_EXECUTE = 010;
    private static final int SET_GID = 02000;

    private AttributeChanges() {}

    static NodeReply apply(Space space, SetAttributesRequest request) {
        Inode inode = space.inode(request.getIno());
        FlagRules.checkAttributes(inode, request);
        Attributes.Builder attributes = inode.attributes();
        if (request.hasUid() || request.hasGid()) {
            own(inode, request);
        }
        if (request.getKillSetId()) {
            killSetId(inode);
        }
        if (request.hasMode()) {
            AccessLists.changeMode(space, inode, request.getMode());
        }
        if (request.getAtimeNow() || request.hasAtimeNanos()) {
            attributes.setAtimeNanos(
                    request.getAtimeNow() ? space.nowNanos() : request.getAtimeNanos());
        }
        boolean timed = request.getMtimeNow() || request.hasMtimeNanos();
        if (timed && Flow.timeSet(inode, request)) {
            attributes.setMtimeNanos(
                    request.getMtimeNow() ? space.nowNanos() : request.getMtimeNanos());
        }
        if (request.hasFlags()) {
            FlagRules.set(inode, request.getFlags());
        }
        inode.touch(space.nowNanos(), false);
        return Answers.node(inode).toBuilder()
                .setWrittenElsewhere(timed && isWrittenElsewhere(space, inode, request))
                .build();
    }

    private static boolean isWrittenElsewhere(
            Space space, Inode inode, SetAttributesRequest request) {
        long mount = request.getCaller().getMountId();
        return inode.state() == FlushState.FLUSH_STATE_OPEN
                && Handles.holders(space.tx(), space.id(), inode.ino(), mount).othersWriting();
    }

    /** A change of owner takes the set-id bits of an executable file away, whoever does it. */
    private static void own(Inode inode, SetAttributesRequest request) {
        Attributes.Builder attributes = inode.attributes();
        if (request.hasUid()) {
            attributes.setUid(request.getUid());
        }
        if (request.hasGid()) {
            attributes.setGid(request.getGid());
        }
        killSetId(inode);
    }

    private static void killSetId(Inode inode) {
        if (!inode.directory()) {
            int mode = inode.attributes().getMode();
            boolean locking = (mode & SET_GID) != 0 && (mode & GROUP_EXECUTE) == 0;
            int cleared = mode & ~SET_ID_BITS;
            inode.attributes().setMode(locking ? cleared | SET_GID : cleared);
        }
    }
}
