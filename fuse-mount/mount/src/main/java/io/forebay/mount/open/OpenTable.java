package io.forebay.mount.open;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Which inodes are open, and by which handles. An inode stays until its release was answered. */
public final class OpenTable {
    /** Files that may be open, or wait for their release, at once: about 30 MiB of heap. */
    static final int INODES_MAX = 65_536;

    private final Map<Long, OpenInode> inodes = new ConcurrentHashMap<>();
    private final Map<Long, OpenFile> files = new ConcurrentHashMap<>();
    private final AtomicLong lastHandle = new AtomicLong();

    /** Begins an open; {@link OpenInode#endOpen} must follow, then {@link #removeIfIdle}. */
    public OpenInode beginOpen(long ino) {
        if (inodes.size() >= INODES_MAX) {
            throw new FuseException(Errno.EMFILE);
        }
        OpenInode found =
                inodes.compute(
                        ino,
                        (key, known) -> {
                            OpenInode inode = known == null ? new OpenInode(key) : known;
                            inode.beginOpen();
                            return inode;
                        });
        return found;
    }

    public OpenFile addFile(OpenInode inode, Access access) {
        OpenFile file = new OpenFile(lastHandle.incrementAndGet(), inode, access);
        files.put(file.handle(), file);
        return file;
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
        return file;
    }

    public Optional<OpenInode> find(long ino) {
        return Optional.ofNullable(inodes.get(ino));
    }

    public void removeIfIdle(OpenInode inode) {
        inodes.computeIfPresent(
                inode.ino(), (key, known) -> known == inode && known.isIdle() ? null : known);
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
