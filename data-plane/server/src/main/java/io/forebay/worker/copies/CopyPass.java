package io.forebay.worker.copies;

import io.forebay.transport.file.FileStatus;
import io.forebay.transport.file.StagedHandle;
import io.forebay.transport.posix.NativeFile;
import io.forebay.transport.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Brings one copy to what the staged file is now. Where the file is written meanwhile the copy may
 * get some of that and not other: the next pass gets the rest. Never has the copy less than before
 * of what both had, so that a pass which is cut off costs nothing that was promised.
 */
final class CopyPass {
    private static final int FALLOC_FL_KEEP_SIZE = 1;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;

    private final NativeFile source;
    private final StagedHandle target;
    private final Digests known;
    private final long before;
    private long sent;

    /** Where the source has data again; what is before it is a hole. */
    private long data = -1;

    /**
     * @param last what the copy had when this worker left it
     */
    CopyPass(NativeFile source, StagedHandle target, Digests last) {
        this.source = source;
        this.target = target;
        FileStatus now = target.stat();
        this.known = last.at(now);
        this.before = now.size();
    }

    /** What it has now, on stable storage. */
    Digests run() {
        long size = source.stat().size();
        long[] chunks = new long[Digests.chunks(size)];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.clamp(size, 1, Digests.CHUNK_BYTES));
            MemorySegment zeros = arena.allocate(buffer.byteSize());
            long zeroChunk = Digests.of(zeros);
            for (int i = 0; i < chunks.length; i++) {
                long offset = (long) i * Digests.CHUNK_BYTES;
                long length = Math.min(buffer.byteSize(), size - offset);
                MemorySegment zero = zeros.asSlice(0, length);
                if (isHole(offset, length)) {
                    chunks[i] = length == zeros.byteSize() ? zeroChunk : Digests.of(zero);
                    sendZeros(i, chunks[i], offset, length);
                } else {
                    MemorySegment bytes = read(buffer.asSlice(0, length), offset);
                    chunks[i] = Digests.of(bytes);
                    if (bytes.mismatch(zero) == -1) {
                        sendZeros(i, chunks[i], offset, length);
                    } else if (!known.knows(i, chunks[i])) {
                        send(bytes, offset);
                    }
                }
            }
        }
        if (before != size) {
            target.truncate(size);
        }
        target.fsync(false);
        return new Digests(target.stat(), chunks);
    }

    long sentBytes() {
        return sent;
    }

    /** Whether there is no data from here to the end of the chunk. */
    private boolean isHole(long offset, long length) {
        if (data < offset) {
            try {
                data = source.seek(offset, NativeFile.SEEK_DATA);
            } catch (PosixException e) {
                if (e.errno() != PosixException.ENXIO) {
                    throw e;
                }
                data = Long.MAX_VALUE;
            }
        }
        return data >= offset + length;
    }

    private MemorySegment read(MemorySegment bytes, long offset) {
        long count = source.pread(bytes, offset);
        bytes.asSlice(count).fill((byte) 0); // it was cut meanwhile
        return bytes;
    }

    private void send(MemorySegment bytes, long offset) {
        long done = 0;
        while (done < bytes.byteSize()) {
            done += target.pwrite(bytes.asSlice(done), offset + done);
        }
        sent += done;
    }

    /** Behind the copy's end they come by themselves. */
    private void sendZeros(int chunk, long digest, long offset, long length) {
        if (offset < before && !known.knows(chunk, digest)) {
            target.fallocate(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
        }
    }
}
