package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Handles;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.Space;
import io.forebay.proto.MountRecord;
import io.forebay.proto.OpenRecord;
import java.util.List;

/** What is open is open at a mount that is there, and known by it. */
final class HandleCheck implements Check {
    private final boolean byMount;

    /**
     * @param byMount of what mounts have open; else of who has inodes open
     */
    HandleCheck(boolean byMount) {
        this.byMount = byMount;
    }

    @Override
    public String letter() {
        return byMount ? "s" : "h";
    }

    @Override
    public String counts() {
        return byMount ? "" : "handles";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        Tuple key = Tuple.unpack(pair.key());
        long mount = key.number(byMount ? 2 : 3);
        long ino = key.number(byMount ? 3 : 2);
        byte[] other =
                byMount ? Keys.handle(view.ws(), ino, mount) : Keys.held(view.ws(), mount, ino);
        MountRecord record = Records.find(view.tx(), Keys.mount(mount), MountRecord.parser());
        boolean there = record != null && record.getWorkspaceId() == view.ws();
        if (there && view.has(other) && view.inode(ino) != null) {
            return List.of();
        }
        return List.of(
                Problem.of(
                        FindingCode.HANDLE_OF_NOBODY,
                        ino,
                        "at the mount " + mount + (there ? "" : ", which is gone"),
                        space -> close(space, ino, mount)));
    }

    /** As when the mount had gone without a word. */
    private static void close(Space space, long ino, long mount) {
        OpenRecord handle = Handles.find(space, ino, mount);
        Handles.remove(space, ino, mount);
        Inode inode = space.find(ino);
        if (inode != null) {
            if (handle != null && handle.getWriting()) {
                Flow.abandoned(space, inode, !Handles.anyWriting(space, ino));
            }
            Flow.forgetUnused(space, inode);
        }
    }
}
