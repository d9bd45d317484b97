package io.forebay.mount.fs;

import static java.lang.System.Logger.Level.WARNING;

import io.forebay.fuse.Errno;
import io.forebay.fuse.FuseException;
import io.forebay.fuse.Reply;
import io.forebay.fuse.Request;
import io.forebay.mount.lock.LockCalls;
import io.forebay.mount.meta.Origin;
import io.forebay.mount.open.Commits;
import io.forebay.mount.open.OpenFile;
import io.forebay.mount.open.OpenInode;
import io.forebay.mount.open.OpenTable;
import io.forebay.mount.open.Owed;
import io.forebay.observability.EventName;
import io.forebay.transport.file.StagedHandle;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** What the kernel does with open files. */
final class FileCalls {
    private static final System.Logger LOG = System.getLogger(FileCalls.class.getName());

    private final OpenTable table;
    private final OpenCalls opens;
    private final Commits commits;
    private final LockCalls locks;
    private final SetIdBits setIdBits;
    private final StoreCalls stores;
    private final ReadBuffers buffers = new ReadBuffers();

    /** From now on a write is at its owner when it is answered: no flush may follow. */
    private volatile boolean writingThrough;

    FileCalls(OpenTable table, OpenCalls opens, Commits commits, Waits waits, SetIdBits setIdBits) {
        this.table = table;
        this.opens = opens;
        this.commits = commits;
        this.locks = waits.locks();
        this.stores = waits.stores();
        this.setIdBits = setIdBits;
    }

    /** What requests may have to wait for. */
    record Waits(LockCalls locks, StoreCalls stores) {}

    Reply read(Request.Read request) {
        StagedHandle staged = table.file(request.handle()).inode().readable();
        MemorySegment buffer = buffers.of(request.size());
        return new Reply.Data(buffer.asSlice(0, staged.pread(buffer, request.offset())));
    }

    Reply write(Request.Write request) {
        OpenFile file = table.file(request.handle());
        OpenInode inode = file.inode();
        StagedHandle staged = inode.writable();
        FlagCalls.checkWrite(file, request);
        if (request.killsSetId()) {
            setIdBits.kill(inode, request.header());
        }
        boolean elsewhere = staged.passable().isEmpty();
        boolean through = writingThrough;
        long written =
                elsewhere && !through
                        ? inode.answered().add(() -> put(file, staged, request))
                        : put(file, staged, request);
        if (request.durable()) {
            Origin origin = NamespaceCalls.origin(request.header());
            sync(file, true, () -> commits.durableWrite(inode, origin));
        } else if (elsewhere && (through || writingThrough)) {
            settle(inode, StagedHandle::flush);
        }
        return new Reply.Written((int) written);
    }

    private long put(OpenFile file, StagedHandle staged, Request.Write request) {
        return file.access().append() && !request.mapped()
                ? append(staged, request)
                : staged.pwrite(request.data(), request.offset());
    }

    /**
     * At the end of the file, wherever that is: the kernel's idea of it may be old. What a process
     * that has died had appended already stands where the kernel saw the end then.
     */
    private long append(StagedHandle staged, Request.Write request) {
        MemorySegment data = request.data();
        long done = 0;
        if (request.header().resent()) {
            MemorySegment there = buffers.of((int) data.byteSize());
            there = there.asSlice(0, staged.pread(there, request.offset()));
            boolean same = there.mismatch(data.asSlice(0, there.byteSize())) == -1;
            done = same ? there.byteSize() : 0;
        }
        return done == data.byteSize() ? done : done + staged.append(data.asSlice(done));
    }

    Reply flush(Request.Flush request) {
        OpenFile file = table.file(request.handle());
        OpenInode inode = file.inode();
        try {
            if (!file.access().write()) {
                return new Reply.Ok();
            }
            Owed owed = closed(inode, NamespaceCalls.origin(request.header()));
            check(!file.hasUntoldFailure());
            return stores.await(inode.ino(), owed, () -> closed(inode, Origin.MOUNT));
        } finally { // who gets the lock next sees the size
            locks.flushed(inode.ino(), request.lockOwner());
        }
    }

    /** A page that is mapped shows later stores once it was written back. */
    private Owed closed(OpenInode inode, Origin origin) {
        settle(inode, inode.place().waits() ? staged -> staged.fsync(true) : StagedHandle::flush);
        return commits.flush(inode, origin);
    }

    /** The bytes first, then the metadata that names them. */
    Reply fsync(Request.Fsync request) {
        OpenFile file = table.file(request.handle());
        OpenInode inode = file.inode();
        if (!inode.isWritten()) {
            inode.readable().fsync(request.dataOnly());
            commits.sync();
            return new Reply.Ok();
        }
        Origin origin = NamespaceCalls.origin(request.header());
        AtomicReference<Owed> owed = new AtomicReference<>(Owed.NOTHING);
        sync(file, request.dataOnly(), () -> owed.set(commits.durable(inode, origin)));
        return stores.await(inode.ino(), owed.get(), () -> synced(inode, request.dataOnly()));
    }

    private Owed synced(OpenInode inode, boolean dataOnly) {
        settle(inode, staged -> staged.fsync(dataOnly));
        return commits.durable(inode, Origin.MOUNT);
    }

    private void sync(OpenFile file, boolean dataOnly, Runnable commit) {
        boolean failed;
        try {
            settle(file.inode(), staged -> staged.fsync(dataOnly));
            commit.run();
        } finally {
            failed = file.tellFailure();
        }
        check(!failed);
    }

    /** What was lost was told to somebody else. */
    private static void check(boolean all) {
        if (!all) {
            throw new FuseException(Errno.EIO);
        }
    }

    private static void settle(OpenInode inode, Consumer<StagedHandle> how) {
        inode.answered().flush(inode.writable(), how);
        inode.answered().tellLoss();
    }

    void writeThrough() {
        writingThrough = true;
    }

    /** A next process takes over: what was answered must not end with this one. */
    void handOver() {
        for (OpenInode inode : table.inodes()) {
            try {
                if (inode.isWritten()) {
                    inode.answered().flush(inode.writable(), StagedHandle::flush);
                }
            } catch (RuntimeException e) { // the next one says what is lost
                LOG.log(WARNING, EventName.REQUEST_FAILED.line("request", "flush"), e);
            }
        }
    }

    Reply release(Request.Release request) {
        try {
            release(table.file(request.handle()), NamespaceCalls.origin(request.header()));
        } finally {
            locks.released(request);
        }
        return new Reply.Ok();
    }

    /** Ends an open, after what was written behind its last flush is committed. */
    void release(OpenFile file, Origin origin) {
        if (file.access().write()) {
            commits.last(file.inode(), origin);
        }
        opens.close(file);
    }
}
