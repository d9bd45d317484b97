package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.flush.Flow;
import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Keys;
import io.forebay.metadata.state.Queue;
import io.forebay.metadata.state.Records;
import io.forebay.metadata.state.TaskId;
import io.forebay.metadata.state.TaskKind;
import io.forebay.proto.EntryRecord;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import io.forebay.schema.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** An inode's names, links and attributes; what follows from its flush state is apart. */
final class InodeCheck implements Check {
    /** Names of a directory that are counted at one moment with those of others. */
    static final int ENTRIES_MAX = 1_000;

    private static final int XATTRS_MAX = 70_000;

    private final LongConsumer large;

    /**
     * @param large is told of directories that are to be counted apart
     */
    InodeCheck(LongConsumer large) {
        this.large = large;
    }

    @Override
    public String letter() {
        return "i";
    }

    @Override
    public String counts() {
        return "inodes";
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        InodeRecord inode = Records.parse(pair.value(), InodeRecord.parser());
        long ino = Tuple.unpack(pair.key()).number(2);
        List<Problem> found = new ArrayList<>();
        if (View.isDirectory(inode)) {
            directory(view, ino, inode, found);
        } else {
            names(view, ino, inode, found);
        }
        if (inode.getAttributes().getType() == NodeType.NODE_TYPE_SYMLINK) {
            target(view, ino, inode, found);
        }
        xattrs(view, ino, inode, found);
        FlushRules.look(view, ino, inode, found);
        return found;
    }

    private void directory(View view, long ino, InodeRecord inode, List<Problem> found) {
        if (ino != Limits.ROOT_INO && !view.any(Keys.backPointers(view.ws(), ino))) {
            found.add(unreachable(ino));
        } else if (ino != Limits.ROOT_INO && view.isInLoop(ino)) {
            found.add(Problem.of(FindingCode.DIRECTORY_LOOP, ino, "it is below itself", null));
        }
        List<KeyValue> entries = view.first(Keys.entries(view.ws(), ino), ENTRIES_MAX);
        if (entries.size() == ENTRIES_MAX) {
            large.accept(ino);
        } else {
            links(ino, inode, 2 + subdirectories(entries), found);
        }
    }

    static long subdirectories(List<KeyValue> entries) {
        return entries.stream()
                .map(pair -> Records.parse(pair.value(), EntryRecord.parser()))
                .filter(entry -> entry.getType() == NodeType.NODE_TYPE_DIRECTORY)
                .count();
    }

    static void links(long ino, InodeRecord inode, long right, List<Problem> found) {
        int links = inode.getAttributes().getNlink();
        if (links != right) {
            found.add(
                    Problem.of(
                            FindingCode.NLINK,
                            ino,
                            "it says " + links + ", and has " + right,
                            space -> space.inode(ino).attributes().setNlink((int) right)));
        }
    }

    private static Problem unreachable(long ino) {
        return Problem.of(
                FindingCode.UNREACHABLE,
                ino,
                "it has no name",
                space -> LostAndFound.keep(space, space.inode(ino)));
    }

    private static void names(View view, long ino, InodeRecord inode, List<Problem> found) {
        int own = view.first(Keys.backPointers(view.ws(), ino), Limits.LINKS_MAX).size();
        int more = view.first(Keys.moreNames(view.ws(), ino), Limits.LINKS_MAX).size();
        int links = inode.getAttributes().getNlink();
        if (own + more == 0 && links > 0) {
            found.add(unreachable(ino));
            return;
        }
        links(ino, inode, own + more, found);
        boolean nobodys = links == 0 && own + more == 0 && !view.any(Keys.handles(view.ws(), ino));
        TaskId drop = TaskId.of(TaskKind.DROP_STAGED, ino);
        if (nobodys && inode.getLeaving() && view.task(inode.getOwner(), drop) == null) {
            found.add(
                    Problem.of(
                            FindingCode.ORPHAN,
                            ino,
                            "nobody was told to drop it",
                            space -> Queue.put(space, inode.getOwner(), drop, space.nowMillis())));
        } else if (nobodys && !inode.getLeaving()) {
            found.add(
                    Problem.of(
                            FindingCode.ORPHAN,
                            ino,
                            "it has no name, and nobody has it open",
                            space -> Flow.forgetUnused(space, space.inode(ino))));
        }
    }

    private static void target(View view, long ino, InodeRecord inode, List<Problem> found) {
        byte[] target = view.tx().get(Keys.link(view.ws(), ino));
        long size = inode.getAttributes().getSize();
        if (target == null) {
            found.add(Problem.of(FindingCode.LINK_TARGET, ino, "it has none", null));
        } else if (target.length != size) {
            found.add(
                    Problem.of(
                            FindingCode.LINK_TARGET,
                            ino,
                            "it has " + target.length + " bytes, and says " + size,
                            space -> space.inode(ino).attributes().setSize(target.length)));
        }
    }

    private static void xattrs(View view, long ino, InodeRecord inode, List<Problem> found) {
        long bytes = 0;
        long listed = 0;
        for (KeyValue each : view.first(Keys.xattrs(view.ws(), ino), XATTRS_MAX)) {
            int name = Tuple.unpack(each.key()).bytes(3).length;
            bytes += name + each.value().length;
            listed += name + 1L;
        }
        if (bytes != inode.getXattrBytes() || listed != inode.getXattrListBytes()) {
            long allBytes = bytes;
            long allListed = listed;
            found.add(
                    Problem.of(
                            FindingCode.XATTR_SIZE,
                            ino,
                            "it says " + inode.getXattrBytes() + " bytes, and has " + bytes,
                            space -> {
                                Inode right = space.inode(ino);
                                right.record().setXattrBytes(allBytes).setXattrListBytes(allListed);
                                right.attributes().setHasXattrs(allListed > 0);
                            }));
        }
    }
}
