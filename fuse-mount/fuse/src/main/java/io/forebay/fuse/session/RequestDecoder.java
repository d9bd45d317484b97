package io.forebay.fuse.session;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FlagForm;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Request;
import io.forebay.fuse.wire.FileRequests.FlushIn;
import io.forebay.fuse.wire.FileRequests.FsyncIn;
import io.forebay.fuse.wire.FileRequests.OpenIn;
import io.forebay.fuse.wire.FileRequests.ReadIn;
import io.forebay.fuse.wire.FileRequests.ReleaseIn;
import io.forebay.fuse.wire.FileRequests.WriteIn;
import io.forebay.fuse.wire.InHeader;
import io.forebay.fuse.wire.LockRequests.FileLock;
import io.forebay.fuse.wire.LockRequests.InterruptIn;
import io.forebay.fuse.wire.LockRequests.LockIn;
import io.forebay.fuse.wire.NameRequests.CreateIn;
import io.forebay.fuse.wire.NameRequests.LinkIn;
import io.forebay.fuse.wire.NameRequests.MakeDirectoryIn;
import io.forebay.fuse.wire.NameRequests.MakeNodeIn;
import io.forebay.fuse.wire.NameRequests.Rename2In;
import io.forebay.fuse.wire.NameRequests.RenameIn;
import io.forebay.fuse.wire.NodeRequests.BatchForgetIn;
import io.forebay.fuse.wire.NodeRequests.ExtendedFlags;
import io.forebay.fuse.wire.NodeRequests.ForgetIn;
import io.forebay.fuse.wire.NodeRequests.GetAttrIn;
import io.forebay.fuse.wire.NodeRequests.IoctlIn;
import io.forebay.fuse.wire.NodeRequests.PlainFlags;
import io.forebay.fuse.wire.NodeRequests.StatxIn;
import io.forebay.fuse.wire.Opcode;
import io.forebay.fuse.wire.RangeRequests.CopyRangeIn;
import io.forebay.fuse.wire.RangeRequests.FallocateIn;
import io.forebay.fuse.wire.RangeRequests.SeekIn;
import io.forebay.fuse.wire.SetAttrIn;
import io.forebay.fuse.wire.XattrRequests.GetXattrIn;
import io.forebay.fuse.wire.XattrRequests.SetXattrIn;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** From a message of the kernel to a {@link Request}. Stateless. */
final class RequestDecoder {
    private static final int PERMISSIONS = 07777;
    private static final int SUPERUSER = 0;

    private RequestDecoder() {}

    /**
     * @param message exactly one message
     * @throws FuseException EPROTO where it is not what it says to be; another errno where it is an
     *     IOCTL that is refused
     */
    static Request decode(MemorySegment message) {
        try {
            InHeader in = new InHeader(message);
            MemorySegment body = body(in);
            return request(in, header(in, in.nodeId()), body);
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw new FuseException(Errno.EPROTO);
        }
    }

    /**
     * The parts of a BATCH_FORGET.
     *
     * @throws FuseException EPROTO where it is not what it says to be
     */
    static List<Request.Forget> forgets(MemorySegment message) {
        try {
            InHeader in = new InHeader(message);
            BatchForgetIn batch = new BatchForgetIn(body(in));
            return IntStream.range(0, batch.count())
                    .mapToObj(index ->
                            new Request.Forget(
                                    header(in, batch.nodeId(index)), batch.lookups(index)))
                    .toList();
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw new FuseException(Errno.EPROTO);
        }
    }

    /**
     * The id of the request that an INTERRUPT is about.
     *
     * @throws FuseException EPROTO where it is not what it says to be
     */
    static long interrupted(MemorySegment message) {
        try {
            return new InterruptIn(body(new InHeader(message))).unique() & ~InHeader.RESENT;
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
            throw new FuseException(Errno.EPROTO);
        }
    }

    private static Request request(InHeader in, Request.Header header, MemorySegment body) {
        return switch (in.opcode()) {
            case Opcode.LOOKUP -> new Request.Lookup(header, name(body, 0));
            case Opcode.FORGET -> new Request.Forget(header, new ForgetIn(body).lookups());
            case Opcode.GETATTR -> getAttr(header, new GetAttrIn(body));
            case Opcode.STATX -> statx(header, new StatxIn(body));
            case Opcode.SETATTR -> new Request.SetAttr(header, change(new SetAttrIn(body)));
            case Opcode.READLINK -> new Request.ReadLink(header);
            case Opcode.SYMLINK -> symLink(header, body);
            case Opcode.MKNOD -> makeNode(header, body);
            case Opcode.MKDIR -> makeDirectory(header, body);
            case Opcode.UNLINK -> new Request.Unlink(header, name(body, 0));
            case Opcode.RMDIR -> new Request.RemoveDirectory(header, name(body, 0));
            case Opcode.LINK -> link(header, body);
            case Opcode.RENAME, Opcode.RENAME2 -> rename(in, header, body);
            case Opcode.CREATE -> create(header, body);
            case Opcode.TMPFILE -> createUnnamed(header, new CreateIn(body));
            case Opcode.OPEN -> open(header, new OpenIn(body));
            case Opcode.READ -> read(header, new ReadIn(body));
            case Opcode.WRITE -> write(header, new WriteIn(body));
            case Opcode.FLUSH -> flush(header, new FlushIn(body));
            case Opcode.FSYNC -> fsync(header, new FsyncIn(body));
            case Opcode.RELEASE -> release(header, new ReleaseIn(body));
            case Opcode.OPENDIR -> new Request.OpenDirectory(header, new OpenIn(body).flags());
            case Opcode.READDIR, Opcode.READDIRPLUS -> readDirectory(in, header, body);
            case Opcode.RELEASEDIR ->
                    new Request.ReleaseDirectory(header, new ReleaseIn(body).handle());
            case Opcode.FSYNCDIR -> fsyncDirectory(header, new FsyncIn(body));
            case Opcode.GETLK -> getLock(header, new LockIn(body));
            case Opcode.SETLK -> setLock(header, new LockIn(body), false);
            case Opcode.SETLKW -> setLock(header, new LockIn(body), true);
            case Opcode.FALLOCATE -> fallocate(header, new FallocateIn(body));
            case Opcode.LSEEK -> seek(header, new SeekIn(body));
            case Opcode.COPY_FILE_RANGE -> copyRange(header, new CopyRangeIn(body), false);
            case Opcode.COPY_FILE_RANGE_64 -> copyRange(header, new CopyRangeIn(body), true);
            case Opcode.SETXATTR -> setXattr(header, body);
            case Opcode.GETXATTR ->
                    new Request.GetXattr(
                            header, name(body, GetXattrIn.SIZE), size(new GetXattrIn(body).size()));
            case Opcode.LISTXATTR ->
                    new Request.ListXattrs(header, size(new GetXattrIn(body).size()));
            case Opcode.REMOVEXATTR -> new Request.RemoveXattr(header, name(body, 0));
            case Opcode.IOCTL -> ioctl(header, new IoctlIn(body));
            case Opcode.STATFS -> new Request.StatFs(header);
            default -> new Request.Unsupported(header, in.opcode());
        };
    }

    private static Request.Header header(InHeader in, long nodeId) {
        return new Request.Header(in.unique(), nodeId, in.uid(), in.gid(), in.pid());
    }

    /** What lies between the header and the extensions. */
    private static MemorySegment body(InHeader in) {
        if (in.length() != in.bytes().byteSize()) {
            throw new IllegalArgumentException("length differs from the message's");
        }
        long size = (long) in.length() - InHeader.SIZE - in.extensionBytes();
        return in.bytes().asSlice(InHeader.SIZE, size);
    }

    /** The bytes from an offset up to the next zero byte, at least one. */
    private static byte[] name(MemorySegment body, long offset) {
        byte[] name = text(body, offset);
        if (name.length == 0) {
            throw new IllegalArgumentException("empty name");
        }
        return name;
    }

    private static byte[] text(MemorySegment body, long offset) {
        long end = offset;
        while (body.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
        }
        return body.asSlice(offset, end - offset).toArray(ValueLayout.JAVA_BYTE);
    }

    private static Request getAttr(Request.Header header, GetAttrIn in) {
        return new Request.GetAttr(
                header, in.hasHandle() ? OptionalLong.of(in.handle()) : OptionalLong.empty());
    }

    private static Request statx(Request.Header header, StatxIn in) {
        return new Request.Statx(
                header, in.hasHandle() ? OptionalLong.of(in.handle()) : OptionalLong.empty());
    }

    private static Request.AttributeChange change(SetAttrIn in) {
        boolean atimeNow = in.has(SetAttrIn.ATIME_NOW);
        boolean mtimeNow = in.has(SetAttrIn.MTIME_NOW);
        return new Request.AttributeChange(
                optional(in.has(SetAttrIn.MODE), in.mode() & PERMISSIONS),
                optional(in.has(SetAttrIn.UID), in.uid()),
                optional(in.has(SetAttrIn.GID), in.gid()),
                optional(in.has(SetAttrIn.SIZE_CHANGE), in.size()),
                optional(in.has(SetAttrIn.ATIME) && !atimeNow, in.atimeNanos()),
                optional(in.has(SetAttrIn.MTIME) && !mtimeNow, in.mtimeNanos()),
                atimeNow,
                mtimeNow,
                optional(in.has(SetAttrIn.HANDLE), in.handle()),
                in.has(SetAttrIn.KILL_SUIDGID));
    }

    private static OptionalInt optional(boolean present, int value) {
        return present ? OptionalInt.of(value) : OptionalInt.empty();
    }

    private static OptionalLong optional(boolean present, long value) {
        return present ? OptionalLong.of(value) : OptionalLong.empty();
    }

    private static Request symLink(Request.Header header, MemorySegment body) {
        byte[] name = name(body, 0);
        return new Request.SymLink(header, name, text(body, name.length + 1L));
    }

    private static Request makeNode(Request.Header header, MemorySegment body) {
        MakeNodeIn in = new MakeNodeIn(body);
        return new Request.MakeNode(
                header, name(body, MakeNodeIn.SIZE), in.mode(), in.rdev(), in.umask());
    }

    private static Request makeDirectory(Request.Header header, MemorySegment body) {
        MakeDirectoryIn in = new MakeDirectoryIn(body);
        return new Request.MakeDirectory(
                header, name(body, MakeDirectoryIn.SIZE), in.mode() & PERMISSIONS, in.umask());
    }

    private static Request link(Request.Header header, MemorySegment body) {
        return new Request.Link(header, new LinkIn(body).nodeId(), name(body, LinkIn.SIZE));
    }

    /**
     * Which of the two structs it is tells its length: where the longer one is, what would be the
     * name behind the shorter one has at most one byte, and then the lengths do not add up.
     */
    private static Request setXattr(Request.Header header, MemorySegment body) {
        SetXattrIn in = new SetXattrIn(body);
        int size = size(in.size());
        int nameBytes = text(body, SetXattrIn.SHORT_SIZE).length;
        boolean brief = SetXattrIn.SHORT_SIZE + nameBytes + 1L + size == body.byteSize();
        long start = brief ? SetXattrIn.SHORT_SIZE : SetXattrIn.SIZE;
        byte[] name = name(body, start);
        byte[] value = body.asSlice(start + name.length + 1, size).toArray(ValueLayout.JAVA_BYTE);
        return new Request.SetXattr(header, name, value, in.flags(), !brief && in.killsSetGid());
    }

    private static Request rename(InHeader in, Request.Header header, MemorySegment body) {
        boolean plain = in.opcode() == Opcode.RENAME;
        long parent = plain ? new RenameIn(body).newParent() : new Rename2In(body).newParent();
        int flags = plain ? 0 : new Rename2In(body).flags();
        long names = plain ? RenameIn.SIZE : Rename2In.SIZE;
        byte[] name = name(body, names);
        byte[] newName = name(body, names + name.length + 1);
        return new Request.Rename(header, name, parent, newName, flags);
    }

    private static Request create(Request.Header header, MemorySegment body) {
        CreateIn in = new CreateIn(body);
        return new Request.Create(
                header, name(body, CreateIn.SIZE), in.flags(), in.mode() & PERMISSIONS, in.umask());
    }

    /** What stands where a name would be is none (vfs_tmpfile). */
    private static Request createUnnamed(Request.Header header, CreateIn in) {
        return new Request.CreateUnnamed(header, in.flags(), in.mode() & PERMISSIONS, in.umask());
    }

    private static Request open(Request.Header header, OpenIn in) {
        return new Request.Open(header, in.flags(), in.killsSetId());
    }

    private static Request read(Request.Header header, ReadIn in) {
        return new Request.Read(header, in.handle(), in.offset(), size(in.size()));
    }

    private static int size(int unsigned) {
        if (unsigned < 0) {
            throw new IllegalArgumentException("size over 2 GiB");
        }
        return unsigned;
    }

    private static Request write(Request.Header header, WriteIn in) {
        return new Request.Write(
                header,
                in.handle(),
                in.offset(),
                in.data(),
                in.killsSetId(),
                in.durable(),
                in.mapped());
    }

    private static Request flush(Request.Header header, FlushIn in) {
        return new Request.Flush(header, in.handle(), in.lockOwner());
    }

    private static Request fsync(Request.Header header, FsyncIn in) {
        return new Request.Fsync(header, in.handle(), in.dataOnly());
    }

    private static Request fallocate(Request.Header header, FallocateIn in) {
        return new Request.Fallocate(header, in.handle(), in.mode(), in.offset(), in.length());
    }

    private static Request seek(Request.Header header, SeekIn in) {
        return new Request.Seek(header, in.handle(), in.offset(), in.whence());
    }

    private static Request copyRange(Request.Header header, CopyRangeIn in, boolean wide) {
        return new Request.CopyRange(
                header,
                in.handle(),
                in.offset(),
                in.targetHandle(),
                in.targetOffset(),
                in.length(),
                wide);
    }

    private static Request fsyncDirectory(Request.Header header, FsyncIn in) {
        return new Request.FsyncDirectory(header, in.handle(), in.dataOnly());
    }

    private static Request release(Request.Header header, ReleaseIn in) {
        OptionalLong flockOwner =
                in.unlocks() ? OptionalLong.of(in.lockOwner()) : OptionalLong.empty();
        return new Request.Release(header, in.handle(), in.flags(), flockOwner);
    }

    private static Request getLock(Request.Header header, LockIn in) {
        return new Request.GetLock(header, in.handle(), in.owner(), range(in.lock()));
    }

    private static Request setLock(Request.Header header, LockIn in, boolean wait) {
        return new Request.SetLock(
                header, in.handle(), in.owner(), range(in.lock()), in.flock(), wait);
    }

    private static LockRange range(FileLock lock) {
        return new LockRange(LockRange.Type.of(lock.type()), lock.start(), lock.end(), lock.pid());
    }

    private static Request readDirectory(InHeader in, Request.Header header, MemorySegment body) {
        ReadIn read = new ReadIn(body);
        boolean plus = in.opcode() == Opcode.READDIRPLUS;
        return new Request.ReadDirectory(
                header, read.handle(), read.offset(), size(read.size()), plus);
    }

    /**
     * There are none here but those about flags. The kernel asks on its own account
     * (fuse_fileattr_set of fs/fuse/ioctl.c), after it has checked who its caller is; but what it
     * was answered EOPNOTSUPP it hands through once more as the caller has it, who may have changed
     * it meanwhile, and before Linux 5.13 it hands through everything. So a change must show that
     * it was checked.
     */
    private static Request ioctl(Request.Header header, IoctlIn in) {
        return switch (in.command()) {
            case IoctlIn.GET_FLAGS ->
                    in.answerBytes() == FlagForm.INT.bytes()
                            ? getFlags(header, in, FlagForm.INT)
                            : getFlags(header, in, FlagForm.LONG);
            case IoctlIn.GET_EXTENDED -> getFlags(header, in, FlagForm.EXTENDED);
            case IoctlIn.SET_FLAGS -> setFlags(header, in);
            case IoctlIn.SET_EXTENDED -> setExtendedFlags(header, new ExtendedFlags(in.data()));
            default -> throw new FuseException(Errno.ENOTTY);
        };
    }

    private static Request getFlags(Request.Header header, IoctlIn in, FlagForm form) {
        if (in.answerBytes() != form.bytes()) {
            throw new IllegalArgumentException("size differs from the form's");
        }
        return new Request.GetFlags(header, form);
    }

    /** A program's number is a long; the kernel's own is not. */
    private static Request setFlags(Request.Header header, IoctlIn in) {
        if (in.data().byteSize() != FlagForm.INT.bytes()) {
            throw new FuseException(Errno.EOPNOTSUPP);
        }
        return new Request.SetFlags(header, new PlainFlags(in.data()).flags());
    }

    /** Nothing tells the kernel's own from a program's. */
    private static Request setExtendedFlags(Request.Header header, ExtendedFlags in) {
        if (!in.isPlain()) {
            throw new FuseException(Errno.EOPNOTSUPP);
        }
        if (header.uid() != SUPERUSER) {
            throw new FuseException(Errno.EPERM);
        }
        return new Request.SetFlags(header, in.flags());
    }
}
