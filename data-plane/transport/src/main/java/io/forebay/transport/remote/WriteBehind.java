package io.forebay.transport.remote;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one file that were answered and that the worker has not answered yet. Small ones
 * that follow each other travel together: a chunk is sent when it is full, and at once when nothing
 * else is on its way. Two writes of the same bytes are never on their way together, so that their
 * order holds whatever becomes of the stream.
 *
 * <p>What fails is latched: the next write fails with it, and the next flush tells it and forgets
 * it.
 */
final class WriteBehind {
    /** Of one file: at 1 GB/s some 16 ms of a network. */
    private static final int CHUNKS_MAX = 16;

    /** On their way at once. */
    private static final int SENT_MAX = 8;

    private static final long WAIT_SLICE_MILLIS = 100;

    /** Sends a chunk; {@link #answered} or {@link #lost} follows, perhaps within the call. */
    interface Sender {
        /** False: there is no stream now, and {@link WriteBehind#resend} will follow. */
        boolean send(Chunk chunk);
    }

    /** Bytes at a place of the file. Guarded by the lock until it is sent. */
    static final class Chunk {
        private final MemorySegment memory;
        private final long offset;
        private long length;
        private boolean full;
        private boolean sent;
        private boolean gone;

        private Chunk(MemorySegment memory, long offset) {
            this.memory = memory;
            this.offset = offset;
        }

        long offset() {
            return offset;
        }

        MemorySegment bytes() {
            return memory.asSlice(0, length);
        }

        private long end() {
            return offset + length;
        }

        private boolean touches(long from, long to) {
            return from < end() && offset < to;
        }
    }

    private final Chunks pool;
    private final InstantSource clock;
    private final long patienceMillis;
    private final Sender sender;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** In the order of the writes. Guarded by lock; so are the next ones. */
    private final Deque<Chunk> chunks = new ArrayDeque<>();

    private int sent;

    /** Threads that are adding a write. */
    private int takers;

    /** Whether writes may be answered before they are sent; then {@code size} is the file's. */
    private BooleanSupplier open = () -> false;

    /** Nobody waits for anything any more. */
    private boolean abandoned;

    private long size;
    private @Nullable RuntimeException failure;

    WriteBehind(Chunks pool, InstantSource clock, long patienceMillis, Sender sender) {
        this.pool = pool;
        this.clock = clock;
        this.patienceMillis = patienceMillis;
        this.sender = sender;
    }

    /**
     * Writes may be answered before they are sent, for as long as {@code permit} says so.
     *
     * @param fileSize which only this file's user changes meanwhile
     */
    void open(long fileSize, BooleanSupplier permit) {
        lock.lock();
        try {
            open = permit;
            boolean alone = chunks.isEmpty() && takers == 0;
            size = alone ? fileSize : Math.max(size, fileSize);
        } finally {
            lock.unlock();
        }
    }

    /** The file's size was changed by another request than a write. */
    void resized(long fileSize) {
        lock.lock();
        try {
            size = fileSize;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a write; false when it must be sent by the caller.
     *
     * @throws RuntimeException the latched failure
     */
    boolean write(MemorySegment source, long offset) {
        lock.lock();
        try {
            return open.getAsBoolean() && take(source, offset);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #write}, at the end of the file. */
    boolean append(MemorySegment source) {
        lock.lock();
        try {
            return open.getAsBoolean() && take(source, size);
        } finally {
            lock.unlock();
        }
    }

    /** Once begun it is taken whole, also when no more is to be taken meanwhile. */
    private boolean take(MemorySegment source, long offset) {
        throwFailure();
        size = Math.max(size, offset + source.byteSize());
        takers++;
        try {
            long done = 0;
            while (done < source.byteSize()) {
                Chunk chunk = chunkAt(offset + done, source.byteSize() - done);
                long count = Math.min(Chunks.BYTES - chunk.length, source.byteSize() - done);
                MemorySegment.copy(source, done, chunk.memory, chunk.length, count);
                chunk.length += count;
                chunk.full = chunk.length == Chunks.BYTES;
                done += count;
                pump();
            }
            return true;
        } finally {
            takers--;
            changed.signalAll();
        }
    }

    private Chunk chunkAt(long offset, long length) {
        Chunk last = chunks.peekLast();
        if (last != null && !last.full && !last.sent && last.end() == offset) {
            return last;
        }
        if (last != null) {
            last.full = true; // nothing more comes to it
            pump();
        }
        awaitRoom(offset, offset + length);
        Chunk chunk = new Chunk(memory(), offset);
        chunks.add(chunk);
        return chunk;
    }

    /** Waits until nothing is on its way to these bytes, and the file has not too many chunks. */
    private void awaitRoom(long from, long to) {
        awaitUntil(() -> {
            throwFailure();
            return chunks.size() < CHUNKS_MAX
                    && chunks.stream().noneMatch(chunk -> chunk.touches(from, to));
        });
    }

    /** Waits without the lock: other files must be able to give back, and this one as well. */
    private MemorySegment memory() {
        MemorySegment memory = pool.tryTake();
        long end = clock.millis() + patienceMillis;
        while (memory == null) {
            lock.unlock();
            try {
                memory = pool.take(WAIT_SLICE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw interrupted(e);
            } finally {
                lock.lock();
            }
            if (memory == null && clock.millis() >= end) {
                throw late();
            }
        }
        if (failure != null) {
            pool.giveBack(memory);
            throw failure;
        }
        return memory;
    }

    /** Returns when all that was taken before is answered. */
    void drain() {
        lock.lock();
        try {
            awaitGone();
        } finally {
            lock.unlock();
        }
    }

    /** Drains, and tells what failed since the last time. */
    void flush() {
        lock.lock();
        try {
            awaitGone();
            RuntimeException latched = failure;
            failure = null;
            if (latched != null) {
                throw latched;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns when no write is taken any more, and all that was taken is answered. */
    void drainAll() {
        lock.lock();
        try {
            awaitUntil(() -> {
                chunks.forEach(chunk -> chunk.full = true);
                pump();
                return takers == 0 && chunks.isEmpty();
            });
        } finally {
            lock.unlock();
        }
    }

    /** Not for what is taken meanwhile: a steady writer would keep it waiting. */
    private void awaitGone() {
        List<Chunk> before = List.copyOf(chunks);
        before.forEach(chunk -> chunk.full = true);
        pump();
        awaitUntil(() -> before.stream().allMatch(chunk -> chunk.gone));
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return chunks.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Sends what is full, and what is not while nothing else is on its way. */
    private void pump() {
        for (Chunk chunk : List.copyOf(chunks)) { // an answer may come while it is sent
            if (sent >= SENT_MAX) {
                return;
            }
            if (!chunk.sent && (chunk.full || sent == 0)) {
                chunk.sent = true;
                sent++;
                if (!sender.send(chunk)) {
                    chunk.sent = false;
                    sent--;
                    return;
                }
            }
        }
    }

    /** The worker has answered for a chunk, with a failure or without. */
    void answered(Chunk chunk, @Nullable RuntimeException refused) {
        lock.lock();
        try {
            sent--;
            remove(chunk);
            if (refused != null && failure == null) {
                failure = refused;
            }
            pump();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The stream ended before the answer: the chunk is sent again when there is another one. */
    void lost(Chunk chunk) {
        lock.lock();
        try {
            sent--;
            chunk.sent = false;
            if (abandoned) {
                remove(chunk);
            }
        } finally {
            lock.unlock();
        }
    }

    /** There is a new stream. */
    void resend() {
        lock.lock();
        try {
            pump();
        } finally {
            lock.unlock();
        }
    }

    /** No stream can be had: what waits for one is lost, and the failure says so. */
    void fail(RuntimeException cause) {
        lock.lock();
        try {
            if ((takers > 0 || !chunks.isEmpty()) && failure == null) {
                failure = cause;
            }
            removeUnsent();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The file is closed: what was not flushed may be lost. */
    void abandon() {
        lock.lock();
        try {
            abandoned = true;
            removeUnsent();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void removeUnsent() {
        for (Chunk chunk : List.copyOf(chunks)) {
            if (!chunk.sent) {
                remove(chunk);
            }
        }
    }

    private void remove(Chunk chunk) {
        if (chunks.remove(chunk)) {
            chunk.gone = true;
            pool.giveBack(chunk.memory);
        }
    }

    private void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    private void awaitUntil(BooleanSupplier done) {
        long end = clock.millis() + patienceMillis;
        try {
            while (!done.getAsBoolean()) {
                if (clock.millis() >= end) {
                    throw late();
                }
                boolean _ = changed.await(WAIT_SLICE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    private static ForebayException late() {
        return new ForebayException(
                FailureKind.FAILURE_UNAVAILABLE,
                "The worker does not take what was written; see that it runs");
    }

    private static ForebayException interrupted(InterruptedException e) {
        return new ForebayException(FailureKind.FAILURE_UNAVAILABLE, "The mount is being ended", e);
    }
}
