package io.forebay.transport.remote;

import io.forebay.transport.remote.wire.FileProtocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Native buffers of 1 MiB for what a mount has written ahead of the workers and read ahead of its
 * programs: all files share them. Memory is taken when it is first needed, and kept.
 */
final class Chunks {
    static final int BYTES = FileProtocol.DATA_BYTES_MAX;

    private final Semaphore permits;
    private final Queue<MemorySegment> free = new ConcurrentLinkedQueue<>();

    Chunks(int chunksMax) {
        this.permits = new Semaphore(chunksMax);
    }

    /** A chunk at once, or none. */
    @Nullable MemorySegment tryTake() {
        return permits.tryAcquire() ? taken() : null;
    }

    /** A chunk, waiting a while for it; or none. */
    @Nullable MemorySegment take(long millis) throws InterruptedException {
        return permits.tryAcquire(millis, TimeUnit.MILLISECONDS) ? taken() : null;
    }

    void giveBack(MemorySegment chunk) {
        free.add(chunk);
        permits.release();
    }

    private MemorySegment taken() {
        MemorySegment kept = free.poll();
        return kept != null ? kept : Arena.ofAuto().allocate(BYTES, 4096);
    }
}
