package io.forebay.fuse.session;

import io.forebay.fuse.Errno;
import io.forebay.fuse.KernelCache;
import io.forebay.fuse.posix.Device;
import io.forebay.fuse.wire.Notifications;
import io.forebay.fuse.wire.Notifications.DeleteOut;
import io.forebay.fuse.wire.Notifications.InvalEntryOut;
import io.forebay.fuse.wire.Notifications.InvalInodeOut;
import io.forebay.fuse.wire.OutHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/**
 * {@link KernelCache} by notifications on the device.
 *
 * @param minor of the protocol that is spoken
 */
record Notices(Device device, int minor) implements KernelCache {
    private static final System.Logger LOG = System.getLogger(Notices.class.getName());

    /** Linux 6.2; before it, an expired name is forgotten at once. */
    private static final int EXPIRE_MINOR = 38;

    /** Of inval_inode: no pages, the attributes alone. */
    private static final long NO_PAGES = -1;

    /** The kernel does not know the node or the name, or uses it as a mount point; or it ended. */
    private static final Set<Errno> NOTHING_TO_FORGET =
            EnumSet.of(Errno.ENOENT, Errno.ENODEV, Errno.EBADF, Errno.ENOTCONN);

    /** Something stands in the way of dropping the node: what it was is looked up when used. */
    private static final Set<Errno> STILL_USED =
            EnumSet.of(Errno.ENOTEMPTY, Errno.EBUSY, Errno.ENOTDIR);

    @Override
    public void expireName(long parent, byte[] name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(InvalEntryOut.size(name.length), Long.BYTES);
            new InvalEntryOut(body).put(parent, name, minor >= EXPIRE_MINOR);
            send(arena, Notifications.INVAL_ENTRY, body);
        }
    }

    @Override
    public void removedName(long parent, long node, byte[] name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(DeleteOut.size(name.length), Long.BYTES);
            new DeleteOut(body).put(parent, node, name);
            send(arena, Notifications.DELETE, body);
        }
    }

    @Override
    public void forgetAttributes(long node) {
        forget(node, NO_PAGES);
    }

    @Override
    public void forgetContent(long node) {
        forget(node, 0);
    }

    private void forget(long node, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment body = arena.allocate(InvalInodeOut.SIZE, Long.BYTES);
            new InvalInodeOut(body).put(node, offset, 0);
            send(arena, Notifications.INVAL_INODE, body);
        }
    }

    @Override
    public boolean expireAllNames() {
        return plain(Notifications.INC_EPOCH) >= 0;
    }

    /** A notification without a body. */
    int plain(int code) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(OutHeader.SIZE, Long.BYTES);
            new OutHeader(message).put(OutHeader.SIZE, code, 0);
            return device.notify(message);
        }
    }

    private void send(Arena arena, int code, MemorySegment body) {
        int size = OutHeader.SIZE + (int) body.byteSize();
        MemorySegment message = arena.allocate(size, Long.BYTES);
        new OutHeader(message).put(size, code, 0);
        message.asSlice(OutHeader.SIZE).copyFrom(body);
        int result = device.notify(message);
        if (result < 0 && isFailure(Errno.of(-result))) {
            LOG.log(System.Logger.Level.WARNING, "an invalidation failed errno={0}", -result);
        }
    }

    private static boolean isFailure(Errno errno) {
        return !NOTHING_TO_FORGET.contains(errno) && !STILL_USED.contains(errno);
    }
}
