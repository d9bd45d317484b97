package io.forebay.metadata.fs;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.RemoveRequest;

/** unlink(2) and rmdir(2). */
public final class Removal {
    private Removal() {}

    static NodeReply remove(Space space, RemoveRequest request) {
        byte[] name = request.getName().toByteArray();
        Inode parent = space.directory(request.getParent());
        EntryRecord entry = Names.find(space.tx(), space.id(), parent.ino(), name);
        if (entry == null) {
            throw new Refusal(FailureKind.FAILURE_NOT_FOUND);
        }
        boolean directory = entry.getType() == NodeType.NODE_TYPE_DIRECTORY;
        Refusal.when(request.getDirectory() && !directory, FailureKind.FAILURE_NOT_DIRECTORY);
        Refusal.when(!request.getDirectory() && directory, FailureKind.FAILURE_IS_DIRECTORY);
        Inode inode = space.inode(entry.getIno());
        FlagRules.checkRemoval(parent, inode);
        drop(space, parent, name, inode);
        parent.touch(space.nowNanos(), true);
        return Answers.node(inode, parent);
    }

    /** Takes the name from an inode, and forgets the inode when nobody needs it. */
    public static void drop(Space space, Inode parent, byte[] name, Inode inode) {
        if (inode.directory()) {
            Refusal.when(!empty(space, inode), FailureKind.FAILURE_NOT_EMPTY);
        }
        String key = inode.hasKey() ? ObjectKeys.current(space, inode.ino()) : null;
        Names.unlink(space, parent.ino(), name, inode);
        inode.touch(space.nowNanos(), false);
        if (!inode.directory() && inode.attributes().getNlink() > 1) {
            inode.attributes().setNlink(inode.attributes().getNlink() - 1);
            Flow.renamed(space, inode, key);
            return;
        }
        inode.attributes().setNlink(0);
        switch (inode.type()) {
            case NODE_TYPE_DIRECTORY -> {
                parent.attributes().setNlink(parent.attributes().getNlink() - 1);
                inode.delete();
            }
            case NODE_TYPE_FILE -> Flow.unlinked(space, inode, key == null ? "" : key);
            default -> {
                space.tx().clear(Keys.link(space.id(), inode.ino()));
                if (key == null) {
                    inode.delete();
                } else {
                    Flow.unlinked(space, inode, key);
                }
            }
        }
    }

    static boolean empty(Space space, Inode directory) {
        Tuple.Range range = Keys.entries(space.id(), directory.ino());
        return space.tx().getRange(range.begin(), range.end(), 1).isEmpty();
    }
}
