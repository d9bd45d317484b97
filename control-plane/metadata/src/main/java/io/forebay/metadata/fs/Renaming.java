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

    Renaming(Space space, RenameRequest request) {
        this.space = space;
        this.request = request;
        this.oldName = request.getName().toByteArray();
        this.newName = request.getNewName().toByteArray();
    }

    RenameReply run() {
        Refusal.when(request.getNoReplace() && request.getExchange(), FailureKind.FAILURE_INVALID);
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
            return reply(moved, null);
        }
        if (request.getExchange() && target != null) {
            checkLoop(target, oldParent);
            exchange(new Spot(oldParent, oldName, moved), new Spot(newParent, newName, target));
        } else {
            move(new Spot(oldParent, oldName, moved), newParent, target);
        }
        oldParent.touch(space.nowNanos(), true);
        newParent.touch(space.nowNanos(), true);
        return reply(moved, target);
    }

    private @Nullable Inode inode(Inode parent, byte[] name) {
        EntryRecord entry = Names.find(space.tx(), space.id(), parent.ino(), name);
        return entry == null ? null : space.inode(entry.getIno());
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
        Names.unlink(space, from.parent().ino(), from.name(), moved.ino());
        Names.link(space, newParent.ino(), newName, moved);
        subdirectories(moved, from.parent(), newParent);
        arrived(moved, oldKey);
    }

    private void exchange(Spot a, Spot b) {
        String keyA = key(a.inode());
        String keyB = key(b.inode());
        Names.unlink(space, a.parent().ino(), a.name(), a.inode().ino());
        Names.unlink(space, b.parent().ino(), b.name(), b.inode().ino());
        Names.link(space, b.parent().ino(), b.name(), a.inode());
        Names.link(space, a.parent().ino(), a.name(), b.inode());
        subdirectories(a.inode(), a.parent(), b.parent());
        subdirectories(b.inode(), b.parent(), a.parent());
        arrived(a.inode(), keyA);
        arrived(b.inode(), keyB);
    }

    private @Nullable String key(Inode inode) {
        return inode.regular() ? ObjectKeys.current(space, inode.ino()) : null;
    }

    private static void subdirectories(Inode moved, Inode from, Inode to) {
        if (moved.directory() && from != to) {
            from.attributes().setNlink(from.attributes().getNlink() - 1);
            to.attributes().setNlink(to.attributes().getNlink() + 1);
        }
    }

    private void arrived(Inode moved, @Nullable String oldKey) {
        moved.touch(space.nowNanos(), false);
        String newKey = key(moved);
        if (oldKey != null && newKey != null) {
            Flow.moved(space, moved, oldKey, newKey);
        } else if (moved.directory()) {
            Rekey.start(space, moved.ino());
        }
    }

    private RenameReply reply(Inode moved, @Nullable Inode target) {
        RenameReply.Builder reply = RenameReply.newBuilder().setMoved(moved.attributes());
        if (target != null && !request.getExchange()) {
            reply.setReplaced(target.attributes());
        }
        return reply.build();
    }

    /** An inode and where it has its name. */
    private record Spot(Inode parent, byte[] name, Inode inode) {
        @Override
        public String toString() {
            return parent.ino() + ":" + Arrays.toString(name);
        }
    }
}
