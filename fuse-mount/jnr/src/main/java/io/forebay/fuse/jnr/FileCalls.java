package io.forebay.fuse.jnr;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** Calls on open files, which need no path: the file may have none any more. */
final class FileCalls {
    private static final int PERMISSIONS = 07777;

    /** A bit of O_SYNC as well. */
    private static final int O_DSYNC = 010000;

    private final Asking asking;
    private final Paths paths;
    private final Hidden hidden;

    /** By the file system's handle. */
    private final Map<Long, Node> open = new ConcurrentHashMap<>();

    /** How many handles of each node. */
    private final Map<Long, Integer> counts = new ConcurrentHashMap<>();

    FileCalls(Asking asking, Paths paths, Hidden hidden) {
        this.asking = asking;
        this.paths = paths;
        this.hidden = hidden;
    }

    boolean isOpen(long nodeId) {
        return counts.containsKey(nodeId);
    }

    /** Files that are open. */
    int size() {
        return open.size();
    }

    /** The handle. */
    long open(Caller caller, byte[] path, int flags) {
        Node node = paths.find(caller, path);
        boolean kept = false;
        try {
            // Of an open that truncates, the kernel has not taken the set-id bits.
            boolean killsSetId = caller.uid() != 0;
            Request request = new Request.Open(asking.header(caller, node.id()), flags, killsSetId);
            long handle = asking.ask(request, Reply.Opened.class).handle();
            keep(handle, node);
            kept = true;
            return handle;
        } finally {
            if (!kept) {
                node.close();
            }
        }
    }

    /** The handle. */
    long create(Caller caller, byte[] path, int flags, int mode) {
        if (Hidden.isName(Paths.name(path))) {
            throw new FuseException(Errno.EPERM);
        }
        try (Paths.Place place = paths.place(caller, path)) {
            Request request =
                    new Request.Create(
                            asking.header(caller, place.directory().id()),
                            place.name(),
                            flags,
                            mode & PERMISSIONS,
                            caller.umask());
            Reply.Created created = asking.ask(request, Reply.Created.class);
            keep(created.opened().handle(), Node.of(asking, created.entry()));
            return created.opened().handle();
        }
    }

    /** Reads into {@code target}; fewer bytes than it has room for means the end of the file. */
    int read(Caller caller, long handle, MemorySegment target, long offset) {
        Request request =
                new Request.Read(header(caller, handle), handle, offset, (int) target.byteSize());
        MemorySegment data = asking.ask(request, Reply.Data.class).data();
        target.asSlice(0, data.byteSize()).copyFrom(data);
        return (int) data.byteSize();
    }

    /**
     * The kernel has taken set-id bits away before, where that had to be.
     *
     * @param flags of the open, or of this write
     */
    int write(Caller caller, long handle, MemorySegment data, long offset, int flags) {
        Request request =
                new Request.Write(
                        header(caller, handle),
                        handle,
                        offset,
                        data,
                        false,
                        (flags & O_DSYNC) != 0,
                        false);
        return asking.ask(request, Reply.Written.class).bytes();
    }

    void flush(Caller caller, long handle, long lockOwner) {
        asking.done(new Request.Flush(header(caller, handle), handle, lockOwner));
    }

    void fsync(Caller caller, long handle, boolean dataOnly) {
        asking.done(new Request.Fsync(header(caller, handle), handle, dataOnly));
    }

    void release(Caller caller, long handle, int flags, OptionalLong flockOwner) {
        Request request = new Request.Release(header(caller, handle), handle, flags, flockOwner);
        Node node = node(handle);
        try (node) {
            asking.done(request);
        } finally {
            open.remove(handle);
            if (counts.computeIfPresent(node.id(), (_, n) -> n == 1 ? null : n - 1) == null) {
                hidden.ended(node.id());
            }
        }
    }

    Attributes attributes(Caller caller, long handle) {
        return node(handle).attributes(caller, OptionalLong.of(handle));
    }

    void truncate(Caller caller, long handle, long size) {
        OptionalInt none = OptionalInt.empty();
        OptionalLong never = OptionalLong.empty();
        Request.AttributeChange change =
                new Request.AttributeChange(
                        none,
                        none,
                        none,
                        OptionalLong.of(size),
                        never,
                        never,
                        false,
                        false,
                        OptionalLong.of(handle),
                        false);
        Request request = new Request.SetAttr(header(caller, handle), change);
        Reply.Attr _ = asking.ask(request, Reply.Attr.class);
    }

    void allocate(Caller caller, long handle, int mode, long offset, long length) {
        asking.done(new Request.Fallocate(header(caller, handle), handle, mode, offset, length));
    }

    LockRange getLock(Caller caller, long handle, long owner, LockRange wanted) {
        Request request = new Request.GetLock(header(caller, handle), handle, owner, wanted);
        return asking.ask(request, Reply.Lock.class).lock();
    }

    /** fcntl(2) and, with {@code flock}, flock(2). */
    void setLock(Caller caller, long handle, LockWish wish) {
        asking.done(
                new Request.SetLock(
                        header(caller, handle),
                        handle,
                        wish.owner(),
                        wish.range(),
                        wish.flock(),
                        wish.waits()));
    }

    /** The lock that somebody wants. */
    record LockWish(long owner, LockRange range, boolean flock, boolean waits) {}

    private void keep(long handle, Node node) {
        open.put(handle, node);
        counts.merge(node.id(), 1, Integer::sum);
    }

    private Request.Header header(Caller caller, long handle) {
        return asking.header(caller, node(handle).id());
    }

    private Node node(long handle) {
        Node node = open.get(handle);
        if (node == null) {
            throw new FuseException(Errno.EBADF);
        }
        return node;
    }
}
