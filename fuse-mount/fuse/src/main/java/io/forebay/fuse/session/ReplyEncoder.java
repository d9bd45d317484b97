package io.forebay.fuse.session;

import io.forebay.fuse.Attributes;
import io.forebay.fuse.Errno;
import io.forebay.fuse.FlagForm;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.LockRange;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.fuse.wire.Attr;
import io.forebay.fuse.wire.Dirent;
import io.forebay.fuse.wire.FileReplies.OpenOut;
import io.forebay.fuse.wire.FileReplies.StatFsOut;
import io.forebay.fuse.wire.FileReplies.WriteOut;
import io.forebay.fuse.wire.LockRequests.FileLock;
import io.forebay.fuse.wire.NodeReplies.AttrOut;
import io.forebay.fuse.wire.NodeReplies.EntryOut;
import io.forebay.fuse.wire.NodeReplies.StatxOut;
import io.forebay.fuse.wire.NodeRequests.ExtendedFlags;
import io.forebay.fuse.wire.NodeRequests.IoctlOut;
import io.forebay.fuse.wire.NodeRequests.PlainFlags;
import io.forebay.fuse.wire.OutHeader;
import io.forebay.fuse.wire.RangeRequests.NumberOut;
import io.forebay.fuse.wire.XattrRequests.GetXattrOut;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From a {@link Reply} to the kernel's bytes, in one buffer that each message overwrites. */
final class ReplyEncoder {
    /** What stat(2) shows as st_blksize: the page that the kernel caches in. */
    private static final int BLOCK_BYTES = 4096;

    private final MemorySegment buffer;
    private final MemorySegment body;

    /**
     * @param buffer a header and the longest body; longer ones fail with IndexOutOfBounds
     */
    ReplyEncoder(MemorySegment buffer) {
        this.buffer = buffer;
        this.body = buffer.asSlice(OutHeader.SIZE);
    }

    MemorySegment error(long unique, Errno errno) {
        new OutHeader(buffer).put(OutHeader.SIZE, -errno.number(), unique);
        return buffer.asSlice(0, OutHeader.SIZE);
    }

    /** The header alone, for data that is written from where it lies. */
    MemorySegment header(long unique, long dataBytes) {
        new OutHeader(buffer).put(Math.toIntExact(OutHeader.SIZE + dataBytes), 0, unique);
        return buffer.asSlice(0, OutHeader.SIZE);
    }

    /**
     * A whole message. {@link Reply.None} has none, a directory goes through {@link #directory}.
     */
    MemorySegment encode(long unique, Reply reply) {
        return message(
                unique,
                switch (reply) {
                    case Reply.Ok() -> 0;
                    case Reply.Entry entry -> entry(body, entry);
                    case Reply.NegativeEntry negative -> negative(negative);
                    case Reply.Attr attr -> attr(attr);
                    case Reply.Statx statx -> statx(statx);
                    case Reply.XattrSize(int bytes) -> xattrSize(bytes);
                    case Reply.Bytes(byte[] bytes) -> copy(MemorySegment.ofArray(bytes));
                    case Reply.Opened opened -> opened(body, opened);
                    case Reply.Created(Reply.Entry entry, Reply.Opened opened) ->
                            entry(body, entry) + opened(body.asSlice(EntryOut.SIZE), opened);
                    case Reply.Data(MemorySegment data) -> copy(data);
                    case Reply.Written(int bytes) -> written(bytes);
                    case Reply.Offset(long value) -> number(value);
                    case Reply.FileSystemStatus status -> status(status);
                    case Reply.Lock(LockRange lock) -> lock(lock);
                    case Reply.Flags(int flags, FlagForm form) -> flags(flags, form);
                    case Reply.FlagsSet() -> flagsSet();
                    case Reply.Later later -> throw mismatch(later);
                    case Reply.None none -> throw mismatch(none);
                    case Reply.Directory directory -> throw mismatch(directory);
                });
    }

    /**
     * As many entries as fit.
     *
     * @param taken gets those that fitted, as the kernel will count them
     * @throws FuseException EINVAL where not even the first fits
     */
    MemorySegment directory(
            Request.ReadDirectory request,
            Reply.Directory reply,
            List<Reply.DirectoryEntry> taken) {
        long limit = Math.min(request.size(), body.byteSize());
        int used = 0;
        for (Reply.DirectoryEntry entry : reply.entries()) {
            int head = request.plus() ? EntryOut.SIZE : 0;
            int size = head + Dirent.size(entry.name().length);
            if (used + size > limit) {
                break;
            }
            MemorySegment place = body.asSlice(used, size);
            Reply.DirectoryEntry counted = counted(request, entry);
            if (request.plus()) {
                entryOrNone(place, counted.entry());
            }
            new Dirent(place.asSlice(head))
                    .put(entry.ino(), entry.nextOffset(), entry.mode(), entry.name());
            taken.add(counted);
            used += size;
        }
        if (used == 0 && !reply.entries().isEmpty()) {
            throw new FuseException(Errno.EINVAL);
        }
        return message(request.header().unique(), used);
    }

    private MemorySegment message(long unique, int bodyBytes) {
        int length = OutHeader.SIZE + bodyBytes;
        new OutHeader(buffer).put(length, 0, unique);
        return buffer.asSlice(0, length);
    }

    private static IllegalArgumentException mismatch(Reply reply) {
        return new IllegalArgumentException("not an answer to this request: " + reply.getClass());
    }

    private static int entry(MemorySegment place, Reply.Entry entry) {
        EntryOut out = new EntryOut(place);
        out.put(entry.nodeId(), entry.generation());
        out.putTimeouts(entry.entryTimeoutNanos(), entry.attributeTimeoutNanos());
        attributes(out.attr(), entry.attributes());
        return EntryOut.SIZE;
    }

    private int negative(Reply.NegativeEntry negative) {
        EntryOut out = new EntryOut(body);
        out.clear();
        out.putTimeouts(negative.entryTimeoutNanos(), 0);
        return EntryOut.SIZE;
    }

    private int attr(Reply.Attr attr) {
        AttrOut out = new AttrOut(body);
        out.putTimeout(attr.timeoutNanos());
        attributes(out.attr(), attr.attributes());
        return AttrOut.SIZE;
    }

    private int statx(Reply.Statx statx) {
        StatxOut out = new StatxOut(body);
        Attributes of = statx.attributes();
        out.putTimeout(statx.timeoutNanos());
        out.putSize(of.ino(), of.size(), of.blocks(), BLOCK_BYTES);
        out.putOwner(of.mode(), of.nlink(), of.uid(), of.gid());
        out.putTimes(of.atimeNanos(), of.mtimeNanos(), of.ctimeNanos());
        out.putBirth(of.birthNanos());
        out.putDevice((int) of.rdev());
        return StatxOut.SIZE;
    }

    private int xattrSize(int bytes) {
        new GetXattrOut(body).put(bytes);
        return GetXattrOut.SIZE;
    }

    private static void attributes(Attr out, Attributes of) {
        out.putSize(of.ino(), of.size(), of.blocks());
        out.putTimes(of.atimeNanos(), of.mtimeNanos(), of.ctimeNanos());
        out.putOwner(of.mode(), of.nlink(), of.uid(), of.gid());
        out.putDevice((int) of.rdev(), BLOCK_BYTES);
    }

    private int copy(MemorySegment data) {
        body.asSlice(0, data.byteSize()).copyFrom(data);
        return (int) data.byteSize();
    }

    private static int opened(MemorySegment place, Reply.Opened opened) {
        new OpenOut(place).put(opened.handle(), opened.flags(), opened.backingId());
        return OpenOut.SIZE;
    }

    private int written(int bytes) {
        new WriteOut(body).put(bytes);
        return WriteOut.SIZE;
    }

    private int number(long value) {
        new NumberOut(body).put(value);
        return NumberOut.SIZE;
    }

    private int lock(LockRange lock) {
        FileLock out = new FileLock(body);
        out.putRange(lock.start(), lock.end());
        out.putHolder(lock.type().number(), lock.pid());
        return FileLock.SIZE;
    }

    private int flags(int flags, FlagForm form) {
        MemorySegment place = new IoctlOut(body).put(form.bytes());
        switch (form) {
            case INT, LONG -> new PlainFlags(place).put(flags);
            case EXTENDED -> new ExtendedFlags(place).put(flags);
        }
        return IoctlOut.SIZE + form.bytes();
    }

    private int flagsSet() {
        return IoctlOut.SIZE + (int) new IoctlOut(body).put(0).byteSize();
    }

    private int status(Reply.FileSystemStatus status) {
        StatFsOut out = new StatFsOut(body);
        out.putBlocks(Math.toIntExact(status.blockBytes()), status.blocks(), status.blocksFree());
        out.putFiles(status.files(), status.filesFree(), status.nameBytesMax());
        return StatFsOut.SIZE;
    }

    /** Where the kernel will not keep the node, the entry counts as one without. */
    private static Reply.DirectoryEntry counted(
            Request.ReadDirectory request, Reply.DirectoryEntry entry) {
        if (entry.entry() == null || (request.plus() && !isDots(entry.name()))) {
            return entry;
        }
        return new Reply.DirectoryEntry(
                entry.ino(), entry.name(), entry.mode(), entry.nextOffset(), null);
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
    }

    private static void entryOrNone(MemorySegment place, Reply.@Nullable Entry entry) {
        if (entry == null) {
            new EntryOut(place).clear();
        } else {
            entry(place, entry);
        }
    }
}
