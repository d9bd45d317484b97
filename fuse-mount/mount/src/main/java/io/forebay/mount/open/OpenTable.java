package io.forebay.mount.open;

import io.forebay.fuse.Backing;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Request;
import io.forebay.mount.kept.KeptFiles;
import io.forebay.proto.KeptHandle;
import io.forebay.transport.posix.OpenFileLimit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Which inodes are open, and by which handles. An inode stays until its release was answered. */
public final class OpenTable {
    /** Files that may be open, or wait for their release, at once: about 30 MiB of heap. */
    static final int INODES_MAX = 65_536;

    private final Map<Long, OpenInode> inodes = new ConcurrentHashMap<>();
    private final Map<Long, OpenFile> files = new ConcurrentHashMap<>();
    private final AtomicLong lastHandle = new AtomicLong();

    /** What a dead process had opened, by the id of the request that asked for it. */
    private final Map<Long, OpenFile> openedBefore = new ConcurrentHashMap<>();

    /** What a dead process had open, or was granted for requests that it has not answered. */
    private final Queue<OpenInode> unfinished = new ConcurrentLinkedQueue<>();

    private final KeptFiles kept;

    /** Of staged files, beside what the process needs itself. */
    private final int descriptorsMax = OpenFileLimit.forOthers();

    public OpenTable(KeptFiles kept) {
        this.kept = kept;
        for (KeptFiles.Found found : kept.found()) {
            OpenInode inode = OpenInode.restored(found);
            inodes.put(inode.ino(), inode);
            for (KeptHandle handle : found.handles()) {
                OpenFile file =
                        new OpenFile(handle.getHandle(), inode, Access.of(handle.getFlags()));
                files.put(file.handle(), file);
                openedBefore.put(handle.getRequestId(), file);
                lastHandle.accumulateAndGet(handle.getHandle(), Math::max);
            }
        }
    }

    /**
     * Whether another file may be opened and stay so. To be asked before the control plane opens or
     * makes one: then what is refused leaves nothing behind.
     */
    public boolean hasRoom() {
        return inodes.size() < INODES_MAX && kept.descriptors() < descriptorsMax;
    }

    /** Begins an open; {@link OpenInode#endOpen} must follow, then {@link #removeIfIdle}. */
    public OpenInode beginOpen(long ino) {
        if (inodes.size() >= INODES_MAX) {
            throw new FuseException(Errno.ENFILE);
        }
        OpenInode found =
                inodes.compute(
                        ino,
                        (key, known) -> {
                            OpenInode inode = known == null ? inode(key) : known;
                            inode.beginOpen();
                            return inode;
                        });
        return found;
    }

    private OpenInode inode(long ino) {
        KeptFiles.Slot slot = kept.take();
        if (slot == null) {
            throw new FuseException(Errno.ENFILE);
        }
        return new OpenInode(ino, slot);
    }

    /**
     * @param requestId of the kernel's request; 0 for an open of the mount's own, which ends with
     *     this process
     */
    public OpenFile addFile(OpenInode inode, Access access, long requestId) {
        OpenFile file = new OpenFile(lastHandle.incrementAndGet(), inode, access);
        files.put(file.handle(), file);
        if (requestId != 0) {
            kept.opened(
                    KeptHandle.newBuilder()
                            .setHandle(file.handle())
                            .setIno(inode.ino())
                            .setFlags(access.flags())
                            .setRequestId(requestId)
                            .build());
        }
        return file;
    }

    /** What a dead process opened for a request that the kernel sends again. */
    public Optional<OpenFile> openedBefore(Request.Header request) {
        return request.resent()
                ? Optional.ofNullable(openedBefore.get(request.id()))
                : Optional.empty();
    }

    /** Inodes whose staged file did not survive though they are open. */
    public List<OpenInode> lackingFiles() {
        return inodes.values().stream().filter(OpenInode::lacksFile).toList();
    }

    /**
     * After a takeover: gives back what only handles need where there is none, and has the control
     * plane told of what is closed. Of the others it is told by {@link #settleUnfinished}: a
     * request that comes again is answered by the grant that it was given before, which must stay.
     */
    public void settle(Backing backing, ReleaseQueue releases) {
        for (OpenInode inode : inodes.values()) {
            if (!inode.isOpen()) {
                inode.letGo(backing);
            }
            if (inode.releaseAnew(false)) {
                releases.add(inode);
            } else {
                unfinished.add(inode);
            }
        }
    }

    /** No request comes again any more: has the control plane told of what is open. */
    public void settleUnfinished(ReleaseQueue releases) {
        for (OpenInode inode : unfinished) {
            inodes.computeIfPresent(
                    inode.ino(),
                    (_, known) -> {
                        if (known == inode && known.releaseAnew(true)) {
                            releases.add(known);
                        }
                        return known;
                    });
        }
        unfinished.clear();
    }

    public OpenFile file(long handle) {
        OpenFile file = files.get(handle);
        if (file == null) {
            throw new FuseException(Errno.EBADF);
        }
        return file;
    }

    /** Takes a handle out; a second caller finds none. */
    public OpenFile removeFile(long handle) {
        OpenFile file = files.remove(handle);
        if (file == null) {
            throw new FuseException(Errno.EBADF);
        }
        kept.closed(handle);
        openedBefore.values().remove(file);
        return file;
    }

    public Optional<OpenInode> find(long ino) {
        return Optional.ofNullable(inodes.get(ino));
    }

    public void removeIfIdle(OpenInode inode) {
        inodes.computeIfPresent(
                inode.ino(),
                (key, known) -> {
                    if (known != inode || !known.isIdle()) {
                        return known;
                    }
                    known.forget();
                    return null;
                });
    }

    public List<OpenInode> inodes() {
        return List.copyOf(inodes.values());
    }

    public List<OpenFile> files() {
        return List.copyOf(files.values());
    }

    /** Inodes that are open or wait for their release. */
    public int inodeCount() {
        return inodes.size();
    }

    public int fileCount() {
        return files.size();
    }
}
