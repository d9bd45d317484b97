package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.flush.Rekey;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.InodeNumbers;
import io.forebay.metadata.state.Names;
import io.forebay.metadata.state.Space;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.NodeType;
import io.forebay.schema.Limits;
import java.nio.charset.StandardCharsets;

/** Where what has lost all its names gets one: {@code /lost+found/#INODE}. */
final class LostAndFound {
    private static final byte[] NAME = "lost+found".getBytes(StandardCharsets.UTF_8);
    private static final int MODE = 0700;

    private LostAndFound() {}

    static void keep(Space space, Inode lost) {
        Inode directory = directory(space);
        if (directory == lost) {
            return; // it has its name again
        }
        byte[] name = ("#" + lost.ino()).getBytes(StandardCharsets.UTF_8);
        if (lost.directory()) {
            directory.attributes().setNlink(directory.attributes().getNlink() + 1);
        } else {
            lost.attributes().setNlink(1);
        }
        Names.link(space, directory.ino(), name, lost);
        directory.touch(space.nowNanos(), true);
        if (lost.directory()) {
            Rekey.start(space, lost.ino());
        } else if (lost.hasKey()) {
            Flow.renamed(space, lost, lost.object().getKey());
        }
    }

    private static Inode directory(Space space) {
        EntryRecord there = Names.find(space.tx(), space.id(), Limits.ROOT_INO, NAME);
        if (there != null) {
            return space.directory(there.getIno());
        }
        Inode root = space.directory(Limits.ROOT_INO);
        Inode made = space.create(InodeNumbers.take(space));
        long now = space.nowNanos();
        made.attributes()
                .setType(NodeType.NODE_TYPE_DIRECTORY)
                .setMode(MODE)
                .setNlink(2)
                .setAtimeNanos(now)
                .setBirthNanos(now);
        made.touch(now, true);
        root.attributes().setNlink(root.attributes().getNlink() + 1);
        root.touch(now, true);
        Names.link(space, Limits.ROOT_INO, NAME, made);
        return made;
    }
}
