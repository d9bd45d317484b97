package io.forebay.mount.fs;

import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenTable;
import io.forebay.transport.file.StagedHandle;

/**
 * Holes and ranges of open files: the staged file's own file system does them, and what it cannot
 * do is answered with its errno.
 */
final class RangeCalls {
    /**
     * Bytes of one answer to copy_file_range(2), which callers repeat: a thread is not held for
     * seconds where the staging file system copies each byte.
     */
    private static final long COPY_BYTES_MAX = 256L << 20;

    private final OpenTable table;
    private final SetIdBits setIdBits;
    private final FlagCalls flags;

    RangeCalls(OpenTable table, SetIdBits setIdBits, FlagCalls flags) {
        this.table = table;
        this.setIdBits = setIdBits;
        this.flags = flags;
    }

    Reply allocate(Request.Fallocate request) {
        OpenInode inode = table.file(request.handle()).inode();
        flags.checkAllocate(inode, request.mode());
        setIdBits.killUnlessSuperuser(inode, request.header());
        inode.writable().fallocate(request.mode(), request.offset(), request.length());
        inode.reshaped();
        return new Reply.Ok();
    }

    Reply seek(Request.Seek request) {
        StagedHandle staged = table.file(request.handle()).inode().readable();
        return new Reply.Offset(staged.seek(request.offset(), request.whence()));
    }

    Reply copy(Request.CopyRange request) {
        StagedHandle source = table.file(request.handle()).inode().readable();
        OpenFile into = table.file(request.targetHandle());
        OpenInode changed = into.inode();
        StagedHandle target = changed.writable();
        flags.checkCopy(into);
        setIdBits.killUnlessSuperuser(changed, request.header());
        long length = Math.min(request.length(), COPY_BYTES_MAX);
        return request.copied(
                source.copyTo(target, request.offset(), request.targetOffset(), length));
    }
}
