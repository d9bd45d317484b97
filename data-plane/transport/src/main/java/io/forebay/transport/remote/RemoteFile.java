package io.forebay.transport.remote;

import io.forebay.proto.AllocateFile;
import io.forebay.proto.AppendFile;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileReplyHead;
import io.forebay.proto.FileRequestHead;
import io.forebay.proto.Grant;
import io.forebay.proto.KeptNothing;
import io.forebay.proto.OpenFile;
import io.forebay.proto.ReadFile;
import io.forebay.proto.SeekFile;
import io.forebay.proto.SetModified;
import io.forebay.proto.StatFile;
import io.forebay.proto.SyncFile;
import io.forebay.proto.TruncateFile;
import io.forebay.proto.WriteFile;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.remote.wire.FileProtocol;
import io.forebay.transport.remote.wire.FileReplies;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A staged file on another node. A lost stream is opened again by whoever needs it next, or at once
 * where writes wait for it.
 */
final class RemoteFile implements StagedHandle, FileCall.Listener {
    /** Whoever opens asks where else the file may be by then. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(5);

    /** The slowest disk has synced a file by then. */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(2);

    /** An open may wait for the whole file to come back from the bucket. */
    private static final Duration OPEN_MAX = Duration.ofMinutes(15);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final MemorySegment NOTHING = MemorySegment.NULL;

    private final RemoteFiles files;
    private final Supplier<Grant> again;
    private final WriteBehind writes;
    private final ReadAhead reads;
    private final AtomicReference<@Nullable FileCall> current = new AtomicReference<>();

    /** One thread opens again; waiting for it is what the others must do. */
    private final ReentrantLock opening = new ReentrantLock();

    /** What was opened first: bytes that were written belong to no other file. */
    private volatile @Nullable FileStatus identity;

    /** Of the last open; whoever opens reads and writes it. */
    private volatile long writers;

    private volatile boolean written;

    private final Unsynced unsynced = new Unsynced();
    private volatile boolean closed;

    RemoteFile(RemoteFiles files, Supplier<Grant> again) {
        this.files = files;
        this.again = again;
        this.writes =
                new WriteBehind(
                        files.chunks(), files.clock(), files.patience().toMillis(), this::send);
        this.reads = new ReadAhead(files.chunks(), ANSWER_MAX, this::fetch);
    }

    // ---- bytes

    @Override
    public long pread(MemorySegment target, long offset) {
        if (!writes.isEmpty()) {
            writes.drain();
        }
        long done = 0;
        while (done < target.byteSize()) {
            MemorySegment rest = target.asSlice(done);
            long count = reads.read(rest, offset + done);
            if (count < 0) {
                count = readNow(rest, offset + done);
            }
            if (count == 0) {
                return done;
            }
            done += count;
        }
        return done;
    }

    private long readNow(MemorySegment target, long offset) {
        MemorySegment part = target.asSlice(0, Math.min(target.byteSize(), Chunks.BYTES));
        return request(read(offset, part.byteSize()), NOTHING, part).received();
    }

    @Override
    public long pwrite(MemorySegment source, long offset) {
        written = true;
        long done = 0;
        while (done < source.byteSize()) {
            long length = Math.min(source.byteSize() - done, Chunks.BYTES);
            MemorySegment part = source.asSlice(done, length);
            long count =
                    writes.write(part, offset + done)
                            ? length
                            : writeNow(part, offset + done, done);
            done += count;
            if (count < length) {
                return done;
            }
        }
        return done;
    }

    /** What waits to be sent again must not overtake it. */
    private long writeNow(MemorySegment part, long offset, long before) {
        writes.drain();
        FileReplyHead reply =
                ask(
                                FileRequestHead.newBuilder()
                                        .setWrite(WriteFile.newBuilder().setOffset(offset)),
                                part,
                                NOTHING)
                        .reply();
        changed();
        if (reply.getResult() == 0 && before == 0) {
            FileReplies.checked(reply);
        }
        return reply.getResult();
    }

    @Override
    public long append(MemorySegment source) {
        written = true;
        MemorySegment part = source.asSlice(0, Math.min(source.byteSize(), Chunks.BYTES));
        return writes.append(part) ? part.byteSize() : appendNow(part);
    }

    /** The worker has it: not to be sent again, but on its disk only after a sync. */
    private void changed() {
        reads.drop();
        unsynced.changed();
    }

    /** Is not repeated where its outcome is not known: the program hears of it. */
    private long appendNow(MemorySegment part) {
        writes.drain();
        FileRequestHead.Builder head =
                FileRequestHead.newBuilder().setAppend(AppendFile.getDefaultInstance());
        while (true) {
            FileCall call = call();
            try {
                FileReplyHead reply = call.send(head, part, NOTHING).await(ANSWER_MAX);
                if (!FileReplies.isRefused(reply)) {
                    changed();
                    return FileReplies.checked(reply).getResult();
                }
                call.cancel();
            } catch (StreamLostException e) {
                throw new ForebayException(
                        FailureKind.FAILURE_UNAVAILABLE,
                        "The worker ended within an append; see whether the file has it",
                        e);
            }
        }
    }

    // ---- the file

    @Override
    public FileStatus stat() {
        writes.drain();
        return FileProtocol.status(
                request(FileRequestHead.newBuilder().setStat(StatFile.getDefaultInstance()))
                        .getStatus());
    }

    @Override
    public FileStatus setModified(long mtimeNanos) {
        writes.drain();
        SetModified time = SetModified.newBuilder().setMtimeNanos(mtimeNanos).build();
        return FileProtocol.status(
                request(FileRequestHead.newBuilder().setSetModified(time)).getStatus());
    }

    @Override
    public void truncate(long size) {
        written = true;
        writes.drain();
        request(FileRequestHead.newBuilder().setTruncate(TruncateFile.newBuilder().setSize(size)));
        writes.resized(size);
        changed();
    }

    @Override
    public void fallocate(int mode, long offset, long length) {
        written = true;
        writes.drain();
        request(
                FileRequestHead.newBuilder()
                        .setAllocate(
                                AllocateFile.newBuilder()
                                        .setMode(mode)
                                        .setOffset(offset)
                                        .setLength(length)));
        writes.resized(stat().size());
        changed();
    }

    /** The bytes go through the caller, who knows both files. */
    @Override
    public long copyTo(StagedHandle target, long offset, long targetOffset, long length) {
        throw PosixException.of("copy_file_range", PosixException.EXDEV);
    }

    @Override
    public long seek(long offset, int whence) {
        writes.drain();
        return request(
                        FileRequestHead.newBuilder()
                                .setSeek(SeekFile.newBuilder().setOffset(offset).setWhence(whence)))
                .getResult();
    }

    @Override
    public void flush() {
        writes.flush();
    }

    @Override
    public void fsync(boolean dataOnly) {
        writes.flush();
        long before = unsynced.changes();
        request(FileRequestHead.newBuilder().setSync(SyncFile.newBuilder().setDataOnly(dataOnly)));
        unsynced.synced(before);
    }

    @Override
    public OptionalInt passable() {
        return OptionalInt.empty();
    }

    @Override
    public void close() {
        closed = true;
        FileCall last = current.getAndSet(null);
        if (last != null) {
            last.complete();
        }
        writes.abandon();
        reads.drop();
    }

    // ---- requests

    /** An answer, and how much data came with it. */
    private record Answer(FileReplyHead reply, long received) {}

    private FileReplyHead request(FileRequestHead.Builder head) {
        return FileReplies.checked(ask(head, NOTHING, NOTHING).reply());
    }

    private Answer request(FileRequestHead.Builder head, MemorySegment data, MemorySegment target) {
        Answer answer = ask(head, data, target);
        FileReplies.checked(answer.reply());
        return answer;
    }

    /** Asks until there is an answer: for requests that may be repeated. */
    private Answer ask(FileRequestHead.Builder head, MemorySegment data, MemorySegment target) {
        long end = files.clock().millis() + files.patience().toMillis();
        while (true) {
            FileCall call = call();
            Pending pending = call.send(head, data, target);
            try {
                FileReplyHead reply = pending.await(ANSWER_MAX);
                if (!FileReplies.isRefused(reply)) {
                    return new Answer(reply, pending.received());
                }
                call.cancel();
            } catch (StreamLostException e) {
                if (files.clock().millis() >= end) {
                    throw unavailable(e);
                }
            }
        }
    }

    private static FileRequestHead.Builder read(long offset, long length) {
        return FileRequestHead.newBuilder()
                .setRead(ReadFile.newBuilder().setOffset(offset).setLength((int) length));
    }

    private @Nullable Pending fetch(ReadAhead.Slot slot) {
        FileCall call = current.get();
        return call == null
                ? null
                : call.send(read(slot.offset(), Chunks.BYTES), NOTHING, slot.memory());
    }

    private boolean send(WriteBehind.Chunk chunk) {
        FileCall call = current.get();
        if (call == null) {
            return false;
        }
        FileRequestHead.Builder head =
                FileRequestHead.newBuilder()
                        .setWrite(WriteFile.newBuilder().setOffset(chunk.offset()));
        call.send(head, chunk.bytes(), NOTHING)
                .whenDone((reply, lost) -> {
                    if (reply == null || FileReplies.isRefused(reply)) {
                        writes.lost(chunk);
                    } else {
                        changed(); // before anybody takes the write for done
                        writes.answered(chunk, FileReplies.failure(reply).orElse(null));
                    }
                });
        return true;
    }

    // ---- streams

    /** The first open, with patience for a worker that is just being started. */
    void open(Grant grant, boolean atOnce) {
        long end = files.clock().millis() + FIRST_PATIENCE.toMillis();
        while (true) {
            try {
                begin(grant, atOnce);
                return;
            } catch (StreamLostException e) {
                pause(end, grant, e);
            }
        }
    }

    private FileCall call() {
        FileCall now = current.get();
        if (now != null) {
            return now;
        }
        opening.lock();
        try {
            now = current.get();
            return now != null ? now : openAgain();
        } finally {
            opening.unlock();
        }
    }

    private FileCall openAgain() {
        long end = files.clock().millis() + files.patience().toMillis();
        while (true) {
            Grant grant = again.get();
            try {
                FileCall call = begin(grant, false);
                files.reopened().run();
                return call;
            } catch (StreamLostException e) {
                pause(end, grant, e);
            } catch (ForebayException e) {
                if (e.kind() != FailureKind.FAILURE_UNAVAILABLE
                        && e.kind() != FailureKind.FAILURE_STALE) {
                    throw e;
                }
                pause(end, grant, e);
            }
        }
    }

    private void pause(long endMillis, Grant grant, RuntimeException cause) {
        if (closed
                || files.clock().millis() + PAUSE.toMillis() >= endMillis
                || files.closesWithin(PAUSE)) {
            throw unavailable(cause);
        }
        files.hurry(grant);
    }

    private FileCall begin(Grant grant, boolean atOnce) {
        if (closed) {
            throw new ForebayException(
                    FailureKind.FAILURE_STALE, "The file is closed; open it again");
        }
        FileCall call = FileCall.begin(files.channel(grant), this);
        boolean done = false;
        try {
            FileRequestHead.Builder open =
                    FileRequestHead.newBuilder()
                            .setOpen(
                                    OpenFile.newBuilder()
                                            .setToken(grant.getToken())
                                            .setWriters(writers)
                                            .setAtOnce(atOnce));
            FileReplyHead reply =
                    FileReplies.checked(call.send(open, NOTHING, NOTHING).await(OPEN_MAX));
            FileStatus status = FileProtocol.status(reply.getStatus());
            checkSame(status);
            unsynced.opened(reply.getBoot());
            checkUnwritten(reply.getWriters());
            current.set(call);
            keep(call, reply.getMayKeep() ? status : null);
            done = true;
            return call;
        } finally {
            if (!done) {
                call.cancel();
            }
        }
    }

    private void checkSame(FileStatus status) {
        FileStatus first = identity;
        if (first == null) {
            identity = status;
        } else if (written && (first.device() != status.device() || first.ino() != status.ino())) {
            throw new ForebayException(
                    FailureKind.FAILURE_CORRUPT,
                    "The worker has another file for what was written; its disk was replaced");
        }
    }

    /** What others wrote meanwhile is not overwritten by what was written here before them. */
    private void checkUnwritten(long now) {
        if (writers != 0 && writers != now) {
            writes.fail(
                    new ForebayException(
                            FailureKind.FAILURE_UNAVAILABLE,
                            "Another mount has opened the file for writing while its worker could"
                                    + " not be reached; what was not sent by then is lost"));
        }
        writers = now;
    }

    /** Sends what waits, and keeps what may be kept. A recall may have come already. */
    private void keep(FileCall call, @Nullable FileStatus status) {
        if (status != null) {
            writes.open(status.size(), call::mayKeep);
            reads.open(status.size(), call::mayKeep);
        }
        writes.resend();
        if (!call.isLive()) {
            ended(call); // it ended before it was the current one
        }
    }

    @Override
    public void recalled(FileCall call) {
        Thread.ofVirtual().name("recall").start(() -> keepNothing(call));
    }

    private void keepNothing(FileCall call) {
        reads.drop();
        writes.drainAll();
        call.send(
                FileRequestHead.newBuilder().setKeptNothing(KeptNothing.getDefaultInstance()),
                NOTHING,
                NOTHING);
    }

    @Override
    public void ended(FileCall call) {
        if (current.compareAndSet(call, null)) {
            Thread.ofVirtual().name("reopen").start(this::recover);
        }
    }

    private void recover() {
        reads.drop();
        if (closed || writes.isEmpty()) {
            return;
        }
        try {
            call();
        } catch (RuntimeException e) {
            writes.fail(e);
        }
    }

    private static ForebayException unavailable(RuntimeException cause) {
        return new ForebayException(
                        FailureKind.FAILURE_UNAVAILABLE,
                        "The file's worker does not answer; see that it runs and can be reached",
                        cause)
                .with("cause", cause.getMessage() == null ? cause : cause.getMessage());
    }
}
