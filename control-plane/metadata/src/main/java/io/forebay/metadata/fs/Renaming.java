package io.forebay.metadata.fs;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.flush.Rekey;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.ObjectKeys;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.FailureKind;
import io.forebay.proto.RenameReply;
import io.forebay.proto.RenameRequest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One rename, as rename(2) has it. */
final class Renaming {
    private final Space space;
    private final RenameRequest request;
    private final byte[] oldName;
    private final byte[] newName;

    private final long whiteoutIno;

    /**
     * @param whiteoutIno the inode of what is left at the old name, where that is asked for
     */
    Renaming(Space space, RenameRequest request, long whiteoutIno) {
        this.space = space;
        this.request = request;
        this.oldName = request.getName().toByteArray();
        this.newName = request.getNewName().toByteArray();
        this.whiteoutIno = whiteoutIno;
    }

    RenameReply run() {
        boolean replaces = !request.getNoReplace() && !request.getWhiteout();
        Refusal.when(request.getExchange() && !replaces, FailureKind.FAILURE_INVALID);
        Names.check(newName);
        Inode oldParent = space.directory(request.getParent());
        Inode newParent = space.directory(request.getNewParent());
        Inode moved = inode(oldParent, oldName);
        if (moved == null) {
            throw new Refusal(FailureKind.FAILURE_NOT_FOUND);
        }
        Inode target = inode(newParent, newName);
        Refusal.when(target != null && request.getNoReplace(), FailureKind.FAILURE_EXISTS);
        Refusal.when(target == null && request.getExchange(), FailureKind.FAILURE_NOT_FOUND);
        checkLoop(moved, newParent);
        if (moved == target) {
            return RenameReply.newBuilder().setMoved(moved.attributes()).build();
        }
        checkFlags(oldParent, moved, newParent, target);
        if (request.getExchange() && target != null) {
            checkLoop(target, oldParent);
            exchange(new Spot(oldParent, oldName, moved), new Spot(newParent, newName, target));
        } else {
            move(new Spot(oldParent, oldName, moved), newParent, target);
            if (request.getWhiteout()) {
                NewNodes.whiteout(space, request.getCaller(), oldParent, oldName, whiteoutIno);
            }
        }
        oldParent.touch(space.nowNanos(), true);
        newParent.touch(space.nowNanos(), true);
        return reply(oldParent, newParent, moved, target);
    }

    private @Nullable Inode inode(Inode parent, byte[] name) {
        EntryRecord entry = Names.find(space.tx(), space.id(), parent.ino(), name);
        return entry == null ? null : space.inode(entry.getIno());
    }

    private static void checkFlags(
            Inode oldParent, Inode moved, Inode newParent, @Nullable Inode target) {
        FlagRules.checkRemoval(oldParent, moved);
        if (target == null) {
            FlagRules.checkEntry(newParent);
        } else {
            FlagRules.checkRemoval(newParent, target);
        }
    }

    /** A directory cannot come to stand below itself. */
    private void checkLoop(Inode inode, Inode parent) {
        Refusal.when(
                inode.directory()
                        && Names.isWithin(space.tx(), space.id(), parent.ino(), inode.ino()),
                FailureKind.FAILURE_INVALID);
    }

    private void move(Spot from, Inode newParent, @Nullable Inode replaced) {
        Inode moved = from.inode();
        if (replaced != null) {
            Refusal.when(
                    moved.directory() && !replaced.directory(), FailureKind.FAILURE_NOT_DIRECTORY);
            Refusal.when(
                    !moved.directory() && replaced.directory(), FailureKind.FAILURE_IS_DIRECTORY);
            Removal.drop(space, newParent, newName, replaced);
        }
        String oldKey = key(moved);
        Names.move(space, from.place(), new Names.Place(newParent.ino(), newName), moved);
        subdirectories(moved, from.parent(), newParent);
        arrived(moved, oldKey);
    }

    private void exchange(Spot a, Spot b) {
        String keyA = key(a.inode());
        String keyB = key(b.inode());
        Names.exchange(space, a.place(), a.inode(), b.place(), b.inode());
        subdirectories(a.inode(), a.parent(), b.parent());
        subdirectories(b.inode(), b.parent(), a.parent());
        arrived(a.inode(), keyA);
        arrived(b.inode(), keyB);
    }

    private @Nullable String key(Inode inode) {
        return inode.hasKey() ? ObjectKeys.current(space, inode.ino()) : null;
    }

    private static void subdirectories(Inode moved, Inode from, Inode to) {
        if (moved.directory() && from != to) {
            from.attributes().setNlink(from.attributes().getNlink() - 1);
            to.attributes().setNlink(to.attributes().getNlink() + 1);
        }
    }

    private void arrived(Inode moved, @Nullable String oldKey) {
        moved.touch(space.nowNanos(), false);
        Flow.renamed(space, moved, oldKey);
        if (moved.directory()) {
            Rekey.start(space, moved.ino());
        }
    }

    private RenameReply reply(
            Inode oldParent, Inode newParent, Inode moved, @Nullable Inode target) {
        RenameReply.Builder reply =
                RenameReply.newBuilder()
                        .setMoved(moved.attributes())
                        .setParent(oldParent.attributes())
                        .setNewParent(newParent.attributes());
        if (target != null && !request.getExchange()) {
            reply.setReplaced(target.attributes());
        }
        return reply.build();
    }

    /** An inode and where it has its name. */
    private record Spot(Inode parent, byte[] name, Inode inode) {
        Names.Place place() {
            return new Names.Place(parent.ino(), name);
        }

        @Override
        public String toString() {
            return parent.ino() + ":" + Arrays.toString(name);
        }
    }
}
