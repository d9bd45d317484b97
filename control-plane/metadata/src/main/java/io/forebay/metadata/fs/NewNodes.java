package io.forebay.metadata.fs;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.placement.Placement;
import io.forebay.metadata.state.Counter;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Registry;
import io.forebay.metadata.state.Space;
import io.forebay.proto.Attributes;
import io.forebay.proto.Caller;
import io.forebay.proto.FailureKind;
import io.forebay.proto.LinkRequest;
import io.forebay.proto.MakeNodeRequest;
import io.forebay.proto.NodeReply;
import io.forebay.proto.NodeType;
import io.forebay.proto.WorkerRecord;
import io.forebay.schema.InodeFlags;
import io.forebay.schema.Limits;
import java.util.List;

/** New inodes and their names. */
final class NewNodes {
    private static final int SET_GID = 02000;
    private static final int LINK_MODE = 0777;

    /** As /tmp: any user of the node may make files, and nobody removes another's. */
    private static final int ROOT_MODE = 01777;

    private NewNodes() {}

    /**
     * @param workers that may carry it to the bucket
     */
    static NodeReply make(
            Space space, MakeNodeRequest request, long ino, List<WorkerRecord> workers) {
        checkKind(request);
        byte[] name = request.getName().toByteArray();
        Inode parent = freeName(space, request.getParent(), name);
        Inode inode = inode(space, parent, request.getCaller(), ino, request.getType());
        switch (request.getType()) {
            case NODE_TYPE_DIRECTORY -> {
                permit(space, parent, inode, request);
                inherit(parent, inode);
                inode.attributes().setNlink(2);
                parent.attributes().setNlink(parent.attributes().getNlink() + 1);
            }
            case NODE_TYPE_SYMLINK -> {
                byte[] target = request.getLinkTarget().toByteArray();
                inode.attributes().setMode(LINK_MODE).setSize(target.length);
                space.tx().set(Keys.link(space.id(), ino), target);
            }
            default -> {
                permit(space, parent, inode, request);
                inode.attributes().setRdev(request.getRdev());
            }
        }
        Names.link(space, parent.ino(), name, inode);
        store(space, inode, workers);
        parent.touch(space.nowNanos(), true);
        return Answers.node(inode, parent);
    }

    private static void store(Space space, Inode inode, List<WorkerRecord> workers) {
        if (!inode.directory()) {
            inode.record().setOwner(Placement.carrier(space, workers, inode.ino()));
            Flow.made(space, inode);
        }
    }

    private static void permit(Space space, Inode parent, Inode inode, MakeNodeRequest request) {
        AccessLists.inherit(space, parent, inode, request.getMode(), request.getUmask());
    }

    private static void checkKind(MakeNodeRequest request) {
        switch (request.getType()) {
            case NODE_TYPE_DIRECTORY,
                    NODE_TYPE_FIFO,
                    NODE_TYPE_SOCKET,
                    NODE_TYPE_CHARACTER_DEVICE,
                    NODE_TYPE_BLOCK_DEVICE -> {}
            case NODE_TYPE_SYMLINK -> {
                int length = request.getLinkTarget().size();
                Refusal.when(length == 0, FailureKind.FAILURE_NOT_FOUND);
                Refusal.when(
                        length > Limits.LINK_TARGET_BYTES_MAX, FailureKind.FAILURE_NAME_TOO_LONG);
            }
            case NODE_TYPE_FILE, NODE_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                    throw new Refusal(FailureKind.FAILURE_INVALID);
        }
    }

    /** link(2): one more name, or the first one of what was made without. */
    static NodeReply link(Space space, LinkRequest request) {
        byte[] name = request.getNewName().toByteArray();
        Inode inode = space.inode(request.getIno());
        Refusal.when(inode.directory(), FailureKind.FAILURE_IS_DIRECTORY);
        Inode parent = freeName(space, request.getNewParent(), name);
        FlagRules.checkChange(inode);
        int links = inode.attributes().getNlink();
        boolean first = links == 0;
        Refusal.when(first && !inode.record().getNameable(), FailureKind.FAILURE_NOT_FOUND);
        Refusal.when(links >= Limits.LINKS_MAX, FailureKind.FAILURE_TOO_MANY_LINKS);
        inode.attributes().setNlink(links + 1);
        Names.link(space, parent.ino(), name, inode);
        if (first) {
            inode.record().clearNameable();
            Flow.named(space, inode);
        }
        inode.touch(space.nowNanos(), false);
        parent.touch(space.nowNanos(), true);
        return Answers.node(inode, parent);
    }

    /** What RENAME_WHITEOUT leaves: a character device 0:0 that overlayfs takes for a removal. */
    static void whiteout(Space space, Caller caller, Inode parent, byte[] name, long ino) {
        Inode inode = inode(space, parent, caller, ino, NodeType.NODE_TYPE_CHARACTER_DEVICE);
        Names.link(space, parent.ino(), name, inode);
        store(space, inode, Registry.workers(space.tx().snapshot()));
    }

    /** The directory for a new name, checked. */
    static Inode freeName(Space space, long parentIno, byte[] name) {
        Names.check(name);
        Inode parent = space.directory(parentIno);
        Refusal.when(
                Names.find(space.tx(), space.id(), parentIno, name) != null,
                FailureKind.FAILURE_EXISTS);
        FlagRules.checkEntry(parent);
        return parent;
    }

    /**
     * An inode of one link that belongs to the caller, or to the directory's group, with what it
     * has of the directory's flags.
     */
    static Inode inode(Space space, Inode parent, Caller caller, long ino, NodeType type) {
        Inode inode = space.create(ino);
        boolean group = (parent.attributes().getMode() & SET_GID) != 0;
        inode.attributes()
                .setType(type)
                .setUid(caller.getUid())
                .setGid(group ? parent.attributes().getGid() : caller.getGid())
                .setFlags(parent.attributes().getFlags() & InodeFlags.INHERITED)
                .setNlink(1);
        times(space, inode);
        return inode;
    }

    static void checkQuota(Space space) {
        long quota = space.workspace().getQuotaBytes();
        if (quota > 0) {
            byte[] key = Keys.counter(space.id(), Counter.BYTES);
            Refusal.when(
                    Records.number(space.tx().snapshot(), key) >= quota, FailureKind.FAILURE_QUOTA);
        }
    }

    static Attributes root(Space space) {
        Inode root = space.create(Limits.ROOT_INO);
        root.attributes().setType(NodeType.NODE_TYPE_DIRECTORY).setMode(ROOT_MODE).setNlink(2);
        times(space, root);
        return root.attributes().build();
    }

    private static void inherit(Inode parent, Inode inode) {
        int bit = parent.attributes().getMode() & SET_GID;
        inode.attributes().setMode(inode.attributes().getMode() | bit);
    }

    private static void times(Space space, Inode inode) {
        inode.attributes()
                .setAtimeNanos(space.nowNanos())
                .setMtimeNanos(space.nowNanos())
                .setCtimeNanos(space.nowNanos())
                .setBirthNanos(space.nowNanos());
    }
}
