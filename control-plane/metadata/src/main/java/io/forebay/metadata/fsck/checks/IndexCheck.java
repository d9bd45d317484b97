package io.forebay.metadata.fsck.checks;

import io.forebay.metadata.fsck.report.FindingCode;
import io.forebay.metadata.kv.KeyValue;
import io.forebay.metadata.kv.Tuple;
import io.forebay.metadata.state.Inode;
import io.forebay.proto.InodeRecord;
import io.forebay.proto.NodeType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys that belong to an inode, and say nothing without it. */
enum IndexCheck implements Check {
    DIRTY("a", FindingCode.DIRTY_INDEX, 3) {
        @Override
        boolean belongs(View view, KeyValue pair, InodeRecord inode) {
            return Arrays.equals(pair.key(), Inode.dirtyKey(view.ws(), inode));
        }
    },
    COPIES("y", FindingCode.COPIES_INDEX, 3) {
        @Override
        boolean belongs(View view, KeyValue pair, InodeRecord inode) {
            return !inode.getLeaving()
                    && Inode.havingCopies(inode).contains(Tuple.unpack(pair.key()).text(2));
        }
    },
    LINK("l", FindingCode.LINK_DANGLING, 2) {
        @Override
        boolean belongs(View view, KeyValue pair, InodeRecord inode) {
            return inode.getAttributes().getType() == NodeType.NODE_TYPE_SYMLINK;
        }
    },
    XATTR("x", FindingCode.XATTR_DANGLING, 2) {
        @Override
        boolean belongs(View view, KeyValue pair, InodeRecord inode) {
            return true; // whether it counts them is looked at there
        }
    };

    private final String letter;
    private final FindingCode code;
    private final int at;

    IndexCheck(String letter, FindingCode code, int at) {
        this.letter = letter;
        this.code = code;
        this.at = at;
    }

    abstract boolean belongs(View view, KeyValue pair, InodeRecord inode);

    @Override
    public String letter() {
        return letter;
    }

    @Override
    public List<Problem> look(View view, KeyValue pair) {
        long ino = Tuple.unpack(pair.key()).number(at);
        @Nullable InodeRecord inode = view.inode(ino);
        return inode != null && belongs(view, pair, inode)
                ? List.of()
                : List.of(
                        Problem.of(
                                code,
                                ino,
                                "a key of the inode's does not belong there",
                                space -> space.tx().clear(pair.key())));
    }
}
