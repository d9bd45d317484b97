package io.forebay.metadata.fs;

import com.google.protobuf.ByteString;
import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Refusal;
import io.forebay.metadata.state.Space;
import io.forebay.proto.FailureKind;
import io.forebay.proto.NodeType;
import java.util.Optional;

/**
 * Access control lists of inodes: extended attributes that change the mode, and that a change of
 * the mode changes. Whom they let in is decided by the kernel of the mount.
 */
final class AccessLists {
    private static final ByteString ACCESS = ByteString.copyFromUtf8("system.posix_acl_access");
    private static final ByteString DEFAULT = ByteString.copyFromUtf8("system.posix_acl_default");

    /** The kernel asks for a list with a buffer of one page. */
    private static final int BYTES_MAX = 4096;

    private static final int MODE_BITS = 07777;
    private static final int PERMISSION_BITS = 0777;
    private static final int SET_GID = 02000;

    private AccessLists() {}

    /** Whether an extended attribute is a list. */
    static boolean isOne(ByteString name) {
        return name.equals(ACCESS) || name.equals(DEFAULT);
    }

    /**
     * Puts a list in place of what is there.
     *
     * @param killSetGid the caller is not of the group: its bit for setgid goes
     */
    static void set(
            Space space, Inode inode, ByteString name, ByteString value, boolean killSetGid) {
        Refusal.when(inode.type() == NodeType.NODE_TYPE_SYMLINK, FailureKind.FAILURE_UNSUPPORTED);
        Refusal.when(value.size() > BYTES_MAX, FailureKind.FAILURE_NO_SPACE);
        AccessList list = AccessList.parse(value.toByteArray());
        if (name.equals(DEFAULT)) {
            Refusal.when(!inode.directory(), FailureKind.FAILURE_PERMISSION);
            Xattrs.store(space, inode, DEFAULT, value.toByteArray());
            return;
        }
        int kept = inode.attributes().getMode() & ~PERMISSION_BITS;
        inode.attributes().setMode((killSetGid ? kept & ~SET_GID : kept) | list.mode());
        storeAccess(space, inode, list);
    }

    /** As chmod(2) has it. */
    static void changeMode(Space space, Inode inode, int mode) {
        inode.attributes().setMode(mode & MODE_BITS);
        find(space, inode, ACCESS)
                .ifPresent(list -> storeAccess(space, inode, list.withMode(mode)));
    }

    /**
     * The mode and lists of a new inode: by the default list of its directory, else by the umask.
     *
     * @param mode type bits do not count
     */
    static void inherit(Space space, Inode parent, Inode inode, int mode, int umask) {
        Optional<AccessList> given = find(space, parent, DEFAULT);
        if (given.isEmpty()) {
            inode.attributes().setMode(mode & ~umask & MODE_BITS);
            return;
        }
        AccessList own = given.get().masked(mode);
        inode.attributes().setMode((mode & MODE_BITS & ~PERMISSION_BITS) | own.mode());
        storeAccess(space, inode, own);
        if (inode.directory()) {
            Xattrs.store(space, inode, DEFAULT, given.get().bytes());
        }
    }

    private static Optional<AccessList> find(Space space, Inode inode, ByteString name) {
        return inode.attributes().getHasXattrs()
                ? Optional.ofNullable(Xattrs.find(space.tx(), space.id(), inode.ino(), name))
                        .map(AccessList::parse)
                : Optional.empty();
    }

    /** What the mode says as well is not kept. */
    private static void storeAccess(Space space, Inode inode, AccessList list) {
        Xattrs.store(space, inode, ACCESS, list.isMode() ? null : list.bytes());
    }
}
