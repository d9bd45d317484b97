package io.forebay.worker.copies;

import io.forebay.transport.file.FileStatus;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What a copy had when it was left, chunk by chunk, and what its file was like then: as long as it
 * is still like that, only chunks with another digest need to be sent.
 */
record Digests(FileStatus status, long[] chunks) {
    /** Also what one message carries. */
    static final int CHUNK_BYTES = 1 << 20;

    private static final int INT_BITS = 32;

    /** Nothing is known. */
    static Digests none(FileStatus status) {
        return new Digests(status, new long[0]);
    }

    /** What still holds of a copy that is like this now. */
    Digests at(FileStatus now) {
        boolean same =
                status.isOfSameFile(now)
                        && status.size() == now.size()
                        && status.ctimeNanos() == now.ctimeNanos();
        return same ? this : none(now);
    }

    boolean knows(int chunk, long digest) {
        return chunk < chunks.length && chunks[chunk] == digest;
    }

    /**
     * Two checksums by different polynomials: together they miss a change as seldom as one of 64
     * bits, and processors compute both faster than memory is read.
     */
    static long of(MemorySegment bytes) {
        CRC32 one = new CRC32();
        CRC32C other = new CRC32C();
        one.update(bytes.asByteBuffer());
        other.update(bytes.asByteBuffer());
        return (one.getValue() << INT_BITS) | other.getValue();
    }

    static int chunks(long size) {
        return Math.toIntExact((size + CHUNK_BYTES - 1) / CHUNK_BYTES);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digests that
                && status.equals(that.status)
                && Arrays.equals(chunks, that.chunks);
    }

    @Override
    public int hashCode() {
        return 31 * status.hashCode() + Arrays.hashCode(chunks);
    }

    @Override
    public String toString() {
        return "Digests of " + chunks.length + " chunks, " + status;
    }
}
