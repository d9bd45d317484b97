package io.forebay.mount.fs;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.meta.FailureErrno;
import io.forebay.mount.nodes.Nodes;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.services.Services;
import io.forebay.proto.Attributes;
import io.forebay.proto.NodeReply;
import io.forebay.proto.SetAttributesRequest;
import io.forebay.schema.InodeFlags;

/**
 * lsattr(1) and chattr(1), and what the flags forbid by a descriptor that was opened before: all
 * else the control plane refuses. The kernel knows nothing of them.
 */
final class FlagCalls {
    private static final int KEEP_SIZE = 1;

    private final Services services;
    private final Nodes nodes;

    FlagCalls(Services services, Nodes nodes) {
        this.services = services;
        this.nodes = nodes;
    }

    Reply get(Request.GetFlags request) {
        return new Reply.Flags(asked(request.header().nodeId()).getFlags(), request.form());
    }

    Reply set(Request.SetFlags request) {
        SetAttributesRequest.Builder set =
                SetAttributesRequest.newBuilder()
                        .setIno(request.header().nodeId())
                        .setFlags(request.flags());
        nodes.refresh(services.change(NamespaceCalls.origin(request.header()), set));
        services.watch().forgetAttributes(request.header().nodeId()); // it does not expect a ctime
        return new Reply.FlagsSet();
    }

    /**
     * As ext4 has it, as far as it is known here without asking: what is passed through is written
     * anyway. A mapping that stores what a write could not is refused when its pages come.
     */
    static void checkWrite(OpenFile file, Request.Write request) {
        int flags = flags(file.inode());
        boolean past = request.mapped() && file.access().append() && InodeFlags.isAppendOnly(flags);
        boolean late = !request.mapped() && InodeFlags.isImmutable(flags);
        refuse(past || late);
    }

    /** copy_file_range(2) into a file: what takes O_APPEND off finds the end no more. */
    void checkCopy(OpenFile target) {
        int flags = now(target.inode());
        boolean past = target.access().append() && InodeFlags.isAppendOnly(flags);
        refuse(past || InodeFlags.isImmutable(flags));
    }

    /** ftruncate(2). */
    void checkResize(OpenInode inode) {
        int flags = now(inode);
        refuse(InodeFlags.isImmutable(flags) || InodeFlags.isAppendOnly(flags));
    }

    /** fallocate(2), which may give an append-only file room. */
    void checkAllocate(OpenInode inode, int mode) {
        int flags = now(inode);
        boolean reserves = (mode & ~KEEP_SIZE) == 0;
        refuse(InodeFlags.isImmutable(flags) || (InodeFlags.isAppendOnly(flags) && !reserves));
    }

    /** Asked for where somebody else has changed the file, unless nobody would answer. */
    private int now(OpenInode inode) {
        if (inode.heard().atMillis() == 0 && services.watch().isLive()) {
            nodes.refresh(asked(inode.ino()));
        }
        return flags(inode);
    }

    private static int flags(OpenInode inode) {
        return inode.heard().attributes().getFlags();
    }

    private Attributes asked(long ino) {
        NodeReply reply = services.ask(ino);
        FailureErrno.check(reply.getFailure());
        return reply.getAttributes();
    }

    private static void refuse(boolean condition) {
        if (condition) {
            throw new FuseException(Errno.EPERM);
        }
    }
}
