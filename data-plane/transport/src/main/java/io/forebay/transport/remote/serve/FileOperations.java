package io.forebay.transport.remote.serve;

import io.forebay.proto.AllocateFile;
import io.forebay.proto.FailureKind;
import io.forebay.proto.FileReplyHead;
import io.forebay.proto.FileRequestHead;
import io.forebay.proto.ReadFile;
import io.forebay.schema.ForebayException;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.PosixException;
import io.forebay.transport.remote.wire.FileProtocol;
import io.forebay.transport.remote.wire.Frame;
import io.forebay.transport.remote.wire.Payload;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Does what one request asks with a file. Each thread has a buffer of its own for payloads. */
final class FileOperations {
    /** Owned by its thread, freed with it. */
    private static final ThreadLocal<MemorySegment> BUFFER =
            ThreadLocal.withInitial(
                    () -> Arena.ofAuto().allocate(FileProtocol.DATA_BYTES_MAX, 4096));

    private final StreamWatch watch;

    FileOperations(StreamWatch watch) {
        this.watch = watch;
    }

    /**
     * The answer. Its payload is this thread's buffer: it must be sent before the thread does
     * anything else.
     *
     * @throws PosixException of the file
     * @throws ForebayException INVALID for a request that cannot be meant
     */
    Frame<FileReplyHead> apply(StagedHandle file, Frame<FileRequestHead> request) {
        FileReplyHead.Builder reply = FileReplyHead.newBuilder();
        FileRequestHead head = request.head();
        reply.setNumber(head.getNumber());
        switch (head.getOperationCase()) {
            case READ -> {
                return read(file, head.getRead(), reply);
            }
            case WRITE -> write(file, head.getWrite().getOffset(), request.payload(), reply);
            case APPEND -> append(file, request.payload(), reply);
            case STAT -> reply.setStatus(FileProtocol.message(file.stat()));
            case TRUNCATE -> file.truncate(head.getTruncate().getSize());
            case SET_MODIFIED ->
                    reply.setStatus(
                            FileProtocol.message(
                                    file.setModified(head.getSetModified().getMtimeNanos())));
            case ALLOCATE -> allocate(file, head.getAllocate());
            case SEEK ->
                    reply.setResult(
                            file.seek(head.getSeek().getOffset(), head.getSeek().getWhence()));
            case SYNC -> file.fsync(head.getSync().getDataOnly());
            case OPEN, KEPT_NOTHING, OPERATION_NOT_SET ->
                    throw new ForebayException(
                            FailureKind.FAILURE_UNSUPPORTED,
                            "The worker does not know the request; update it");
        }
        return Frame.of(reply.build());
    }

    private Frame<FileReplyHead> read(
            StagedHandle file, ReadFile read, FileReplyHead.Builder reply) {
        int length = read.getLength();
        if (length < 0 || length > FileProtocol.DATA_BYTES_MAX) {
            throw new ForebayException(FailureKind.FAILURE_INVALID, "A read has at most 1 MiB");
        }
        MemorySegment buffer = BUFFER.get();
        long count = file.pread(buffer.asSlice(0, length), read.getOffset());
        watch.read(count);
        return new Frame<>(reply.build(), new Payload.Native(buffer.asSlice(0, count)));
    }

    private void write(
            StagedHandle file, long offset, Payload payload, FileReplyHead.Builder reply) {
        MemorySegment bytes = received(payload);
        long done = 0;
        try {
            while (done < bytes.byteSize()) {
                done += file.pwrite(bytes.asSlice(done), offset + done);
            }
        } catch (PosixException e) {
            reply.setErrno(e.errno());
        }
        watch.written(done);
        reply.setResult(done);
    }

    private void append(StagedHandle file, Payload payload, FileReplyHead.Builder reply) {
        long done = file.append(received(payload));
        watch.written(done);
        reply.setResult(done);
    }

    private static void allocate(StagedHandle file, AllocateFile allocate) {
        file.fallocate(allocate.getMode(), allocate.getOffset(), allocate.getLength());
    }

    private static MemorySegment received(Payload payload) {
        return switch (payload) {
            case Payload.Native own -> own.bytes();
            case Payload.Received received -> {
                if (received.size() > FileProtocol.DATA_BYTES_MAX) {
                    throw new ForebayException(
                            FailureKind.FAILURE_INVALID, "A write has at most 1 MiB");
                }
                MemorySegment buffer = BUFFER.get().asSlice(0, received.size());
                received.moveTo(buffer);
                yield buffer;
            }
        };
    }
}
