package io.forebay.metadata.fs;

import io.forebay.metadata.state.Inode;
import io.forebay.metadata.state.Refusal;
import io.forebay.proto.FailureKind;
import io.forebay.proto.OpenRequest;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.schema.InodeFlags;

/**
 * What the flags of chattr(1) forbid, whoever asks: as Linux has it for every file system
 * (fs/namei.c, fs/attr.c, fs/xattr.c), and ext4 for the flags themselves. A kernel does not know
 * the flags of files on a mount, so that it refuses nothing for them. What Forebay does with files
 * on its own account is not asked here.
 */
final class FlagRules {
    private FlagRules() {}

    /** may_create: one more name in the directory. */
    static void checkEntry(Inode directory) {
        refuse(isImmutable(directory));
    }

    /** may_delete: the inode loses its name in the directory, or another takes its place. */
    static void checkRemoval(Inode directory, Inode inode) {
        refuse(isFixed(directory) || isFixed(inode));
    }

    /** vfs_link, xattr_permission, vfs_set_acl. */
    static void checkChange(Inode inode) {
        refuse(isFixed(inode));
    }

    /** may_setattr: who says no times but "now" for both only touches it. */
    static void checkAttributes(Inode inode, SetAttributesRequest request) {
        boolean touched = request.getAtimeNow() && request.getMtimeNow();
        boolean timed =
                request.hasAtimeNanos()
                        || request.hasMtimeNanos()
                        || (request.getAtimeNow() != request.getMtimeNow());
        boolean set = request.hasMode() || request.hasUid() || request.hasGid() || timed;
        refuse((set && isFixed(inode)) || (touched && isImmutable(inode)));
    }

    /** may_open; an open that truncates writes. */
    static void checkOpen(Inode inode, OpenRequest request) {
        boolean write = request.getWrite() || request.getTruncate();
        boolean appends = request.getAppend() && !request.getTruncate();
        boolean refused = isImmutable(inode) || (isAppendOnly(inode) && !appends);
        refuse(write && refused && !request.getAgain());
    }

    /** FS_IOC_SETFLAGS: what stays immutable keeps its other flags as well. */
    static void set(Inode inode, int flags) {
        Refusal.when((flags & ~InodeFlags.ALL) != 0, FailureKind.FAILURE_UNSUPPORTED);
        boolean stays = isImmutable(inode) && InodeFlags.isImmutable(flags);
        refuse(stays && flags != inode.attributes().getFlags());
        inode.attributes().setFlags(flags);
    }

    private static boolean isFixed(Inode inode) {
        return isImmutable(inode) || isAppendOnly(inode);
    }

    private static boolean isImmutable(Inode inode) {
        return InodeFlags.isImmutable(inode.attributes().getFlags());
    }

    private static boolean isAppendOnly(Inode inode) {
        return InodeFlags.isAppendOnly(inode.attributes().getFlags());
    }

    private static void refuse(boolean condition) {
        Refusal.when(condition, FailureKind.FAILURE_FLAGGED);
    }
}
