package io.forebay.fuse;

import io.forebay.fuse.wire.InHeader;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One request of the kernel ({@code enum fuse_opcode} of linux/fuse.h). Names are the raw bytes
 * that the application gave. A {@link MemorySegment} in a request is valid until {@link
 * FileSystem#handle} returns.
 */
public sealed interface Request {
    /**
     * Who asks and about which inode; {@code unique} identifies the request until it is answered.
     */
    record Header(long unique, long nodeId, int uid, int gid, int pid) {
        /** The same for a request and for the copy of it that comes after a takeover. */
        public long id() {
            return unique & ~InHeader.RESENT;
        }

        /** Whether a process that has died since may have executed it, in part or wholly. */
        public boolean resent() {
            return (unique & InHeader.RESENT) != 0;
        }
    }

    Header header();

    /**
     * Answered by {@link Reply.Entry}, or {@link Reply.NegativeEntry}. Adds one to the node's
     * lookup count.
     */
    record Lookup(Header header, byte[] name) implements Request {}

    /** Takes {@code count} from the node's lookup count. Answered by {@link Reply.None}. */
    record Forget(Header header, long count) implements Request {}

    /** Answered by {@link Reply.Attr}. */
    record GetAttr(Header header, OptionalLong handle) implements Request {}

    /** Answered by {@link Reply.Statx}. */
    record Statx(Header header, OptionalLong handle) implements Request {}

    /** Only what is present changes. Answered by {@link Reply.Attr}. */
    record SetAttr(Header header, AttributeChange change) implements Request {}

    /**
     * What a SETATTR changes. A time is present as nanoseconds since the epoch, or as "now".
     *
     * @param mode permission bits
     */
    record AttributeChange(
            OptionalInt mode,
            OptionalInt uid,
            OptionalInt gid,
            OptionalLong size,
            OptionalLong atimeNanos,
            OptionalLong mtimeNanos,
            boolean atimeNow,
            boolean mtimeNow,
            OptionalLong handle,
            boolean killsSetId) {}

    /** Answered by {@link Reply.Bytes}. */
    record ReadLink(Header header) implements Request {}

    /** Answered by {@link Reply.Entry}. */
    record SymLink(Header header, byte[] name, byte[] target) implements Request {}

    /**
     * Answered by {@link Reply.Entry}. {@code mode} is permission bits.
     *
     * @param umask whose bits the mode loses, unless the directory has a default access control
     *     list
     */
    record MakeDirectory(Header header, byte[] name, int mode, int umask) implements Request {}

    /**
     * Answered by {@link Reply.Entry}. {@code mode} is type and permission bits.
     *
     * @param rdev as {@code new_encode_dev} of linux/kdev_t.h packs it
     * @param umask as of {@link MakeDirectory}
     */
    record MakeNode(Header header, byte[] name, int mode, int rdev, int umask) implements Request {}

    /**
     * One more name for {@code ino}, in the directory of the header. Answered by {@link
     * Reply.Entry}.
     */
    record Link(Header header, long ino, byte[] name) implements Request {}

    /** Answered by {@link Reply.Ok}. */
    record Unlink(Header header, byte[] name) implements Request {}

    /** Answered by {@link Reply.Ok}. */
    record RemoveDirectory(Header header, byte[] name) implements Request {}

    /**
     * {@code flags} are RENAME_NOREPLACE (1), RENAME_EXCHANGE (2) and RENAME_WHITEOUT (4). Answered
     * by {@link Reply.Ok}.
     */
    record Rename(Header header, byte[] name, long newParent, byte[] newName, int flags)
            implements Request {}

    /**
     * {@code flags} are open(2)'s without O_CREAT and O_EXCL; with O_TRUNC the open truncates.
     * Answered by {@link Reply.Opened}.
     *
     * @param killsSetId as of {@link Write}, where the open truncates
     */
    record Open(Header header, int flags, boolean killsSetId) implements Request {}

    /**
     * Answered by {@link Reply.Created}. {@code mode} is permission bits; {@code flags} are
     * open(2)'s, O_EXCL and O_TRUNC among them.
     *
     * @param umask as of {@link MakeDirectory}
     */
    record Create(Header header, byte[] name, int flags, int mode, int umask) implements Request {}

    /**
     * As {@link Create}, of a file without a name: the node is the directory that it is made in
     * (O_TMPFILE). With O_EXCL it never gets a name; otherwise a {@link Link} may give it one while
     * it is open.
     */
    record CreateUnnamed(Header header, int flags, int mode, int umask) implements Request {}

    /** Answered by {@link Reply.Data}. */
    record Read(Header header, long handle, long offset, int size) implements Request {}

    /**
     * Answered by {@link Reply.Written}. {@code data} is the reader thread's native buffer, aligned
     * to 4096 bytes.
     *
     * @param killsSetId the writer has no right to keep the setuid bit, nor that for setgid of what
     *     the group may execute: they go
     * @param durable the answer waits until the bytes survive a power loss (O_SYNC, O_DSYNC)
     * @param mapped comes from a mapping: it has its place, whatever the open says (O_APPEND), and
     *     that may be any open of the file
     */
    record Write(
            Header header,
            long handle,
            long offset,
            MemorySegment data,
            boolean killsSetId,
            boolean durable,
            boolean mapped)
            implements Request {}

    /**
     * One close(2) of a descriptor; there can be several for one open. Answered by {@link
     * Reply.Ok}.
     */
    record Flush(Header header, long handle, long lockOwner) implements Request {}

    /** Answered by {@link Reply.Ok}. */
    record Fsync(Header header, long handle, boolean dataOnly) implements Request {}

    /**
     * The end of one open. Answered by {@link Reply.Ok}; the kernel drops an error.
     *
     * @param flockOwner whose flock(2), if any, ends with it
     */
    record Release(Header header, long handle, int flags, OptionalLong flockOwner)
            implements Request {}

    /**
     * {@code mode} is fallocate(2)'s; the kernel lets FALLOC_FL_KEEP_SIZE (1), PUNCH_HOLE (2) and
     * ZERO_RANGE (16) through. Answered by {@link Reply.Ok}.
     */
    record Fallocate(Header header, long handle, int mode, long offset, long length)
            implements Request {}

    /**
     * lseek(2) by SEEK_DATA (3) or SEEK_HOLE (4); the kernel does the others. Answered by {@link
     * Reply.Offset}; ENXIO where there is nothing more.
     */
    record Seek(Header header, long handle, long offset, int whence) implements Request {}

    /**
     * copy_file_range(2) within this mount; fewer bytes may be copied than asked for. EXDEV and
     * EOPNOTSUPP make the kernel copy by reading and writing. Answered by {@link #copied}.
     *
     * @param wide whether the answer is a 64-bit number
     */
    record CopyRange(
            Header header,
            long handle,
            long offset,
            long targetHandle,
            long targetOffset,
            long length,
            boolean wide)
            implements Request {
        /** The answer, in the form that this request wants. */
        public Reply copied(long bytes) {
            return wide ? new Reply.Offset(bytes) : new Reply.Written(Math.toIntExact(bytes));
        }
    }

    /**
     * F_GETLK: answered by {@link Reply.Lock}, with a lock that is in the way or with UNLOCK.
     *
     * @param owner a process, or with an open file description lock the description
     */
    record GetLock(Header header, long handle, long owner, LockRange lock) implements Request {}

    /**
     * F_SETLK, F_SETLKW, and flock(2). Answered by {@link Reply.Ok}; EAGAIN where the lock is not
     * to be had now and {@code waits} is not set. What an owner still holds ends with {@link
     * Flush#lockOwner} for a process and with {@link Release} for a description.
     */
    record SetLock(
            Header header, long handle, long owner, LockRange lock, boolean flock, boolean waits)
            implements Request {}

    /** Answered by {@link Reply.Opened}. */
    record OpenDirectory(Header header, int flags) implements Request {}

    /**
     * Answered by {@link Reply.Directory}. {@code offset} is the cookie of the last entry that was
     * taken, 0 at the start. With {@code plus} each entry that carries attributes adds one to its
     * node's lookup count.
     */
    record ReadDirectory(Header header, long handle, long offset, int size, boolean plus)
            implements Request {}

    /** Answered by {@link Reply.Ok}. */
    record ReleaseDirectory(Header header, long handle) implements Request {}

    /** Answered by {@link Reply.Ok}. */
    record FsyncDirectory(Header header, long handle, boolean dataOnly) implements Request {}

    /**
     * {@code flags} are XATTR_CREATE (1) and XATTR_REPLACE (2). Answered by {@link Reply.Ok}.
     *
     * @param killsSetGid with an access control list the setgid bit goes
     */
    record SetXattr(Header header, byte[] name, byte[] value, int flags, boolean killsSetGid)
            implements Request {}

    /**
     * Answered by {@link Reply.Bytes} of {@code size} at most (else ERANGE), for size 0 by {@link
     * Reply.XattrSize}; ENODATA where there is none.
     */
    record GetXattr(Header header, byte[] name, int size) implements Request {}

    /** Answered as {@link GetXattr}. */
    record ListXattrs(Header header, int size) implements Request {}

    /** Answered by {@link Reply.Ok}, or ENODATA. */
    record RemoveXattr(Header header, byte[] name) implements Request {}

    /**
     * The flags of chattr(1): FS_IOC_GETFLAGS and FS_IOC_FSGETXATTR. Answered by {@link
     * Reply.Flags}.
     */
    record GetFlags(Header header, FlagForm form) implements Request {}

    /**
     * {@code flags} are all that are to be there (FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR), with the
     * numbers of FS_IOC_GETFLAGS. The kernel has checked who asks. Answered by {@link
     * Reply.FlagsSet}.
     */
    record SetFlags(Header header, int flags) implements Request {}

    /** Answered by {@link Reply.FileSystemStatus}. */
    record StatFs(Header header) implements Request {}

    /** Anything that this version does not speak. A session answers ENOSYS without asking. */
    record Unsupported(Header header, int opcode) implements Request {}
}
