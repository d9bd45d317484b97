package io.forebay.transport.remote;

import io.forebay.transport.remote.wire.FileReplies;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for of one file before a program did, in chunks of 1 MiB. It starts where reads
 * follow each other, and looks the farther ahead the longer they do.
 */
final class ReadAhead {
    /** Chunks ahead of one file's reader. */
    private static final int WINDOW_MAX = 8;

    /** Reads of one program come a little out of order: so many chunks behind are kept. */
    private static final int BEHIND = 2;

    /** Asks for a chunk's bytes; null where that cannot be now. */
    private final Function<Slot, @Nullable Pending> fetch;

    private final Chunks pool;
    private final Duration patience;
    private volatile BooleanSupplier open = () -> false;

    /** By their numbers in the file. Guarded by this; so are the next ones. */
    private final Map<Long, Slot> slots = new TreeMap<>();

    private long fileSize;
    private long next;
    private long farthest;
    private int window = 1;

    ReadAhead(Chunks pool, Duration patience, Function<Slot, @Nullable Pending> fetch) {
        this.pool = pool;
        this.patience = patience;
        this.fetch = fetch;
    }

    /** One chunk of the file, asked for or here. All but the memory is guarded by the owner. */
    static final class Slot {
        private final long number;
        private final MemorySegment memory;
        private @Nullable Pending pending;

        /** Threads that wait for it or copy from it. */
        private int readers;

        private boolean dropped;

        private Slot(long number, MemorySegment memory) {
            this.number = number;
            this.memory = memory;
        }

        long offset() {
            return number * Chunks.BYTES;
        }

        MemorySegment memory() {
            return memory;
        }
    }

    /** Nobody else changes the file, for as long as {@code permit} says so. */
    void open(long size, BooleanSupplier permit) {
        synchronized (this) {
            fileSize = size;
            next = 0;
            farthest = -1;
            window = 1;
        }
        open = permit;
    }

    /** The file was changed, or what is here is not wanted any more. */
    synchronized void drop() {
        List.copyOf(slots.values()).forEach(this::drop);
        slots.clear();
    }

    /**
     * Reads as much as one chunk has.
     *
     * @return bytes; 0: the end of the file; below 0: it is not here, and must be read by the
     *     caller
     */
    long read(MemorySegment target, long offset) {
        Slot slot = open.getAsBoolean() ? begin(target.byteSize(), offset) : null;
        if (slot == null) {
            return -1;
        }
        try {
            return copy(slot, target, offset);
        } catch (StreamLostException e) {
            return -1; // the caller's own read goes to the next stream
        } finally {
            end(slot);
        }
    }

    private long copy(Slot slot, MemorySegment target, long offset) {
        Pending pending = slot.pending;
        if (pending == null || !FileReplies.succeeded(pending.await(patience))) {
            return -1; // the caller's own read meets the error
        }
        long from = offset - slot.offset();
        long count = Math.min(target.byteSize(), pending.received() - from);
        if (count > 0) {
            MemorySegment.copy(slot.memory, from, target, 0, count);
        }
        return Math.max(0, count);
    }

    /** Notes a read, asks for what will follow, and holds the chunk in which it starts. */
    private synchronized @Nullable Slot begin(long length, long offset) {
        long number = offset / Chunks.BYTES;
        boolean follows = offset == next || slots.containsKey(number);
        next = offset + length;
        if (!follows) {
            window = 1;
            farthest = number;
            return null;
        }
        if (number > farthest) {
            farthest = number;
            window = Math.min(WINDOW_MAX, window * 2);
            forgetBelow(number - BEHIND);
        }
        boolean whole = offset % Chunks.BYTES == 0;
        for (long ahead = whole ? 0 : 1; ahead <= window; ahead++) {
            ask(number + ahead);
        }
        Slot slot = slots.get(number);
        if (slot != null) {
            slot.readers++;
        }
        return slot;
    }

    private void ask(long number) {
        if (slots.containsKey(number) || number * Chunks.BYTES >= fileSize) {
            return;
        }
        MemorySegment memory = pool.tryTake();
        if (memory == null) {
            return;
        }
        Slot slot = new Slot(number, memory);
        slot.pending = fetch.apply(slot);
        if (slot.pending == null) {
            pool.giveBack(memory);
        } else {
            slots.put(number, slot);
        }
    }

    private void forgetBelow(long number) {
        Iterator<Slot> all = slots.values().iterator();
        while (all.hasNext()) {
            Slot slot = all.next();
            if (slot.number < number) {
                all.remove();
                drop(slot);
            }
        }
    }

    private void drop(Slot slot) {
        slot.dropped = true;
        if (slot.readers == 0) {
            free(slot);
        }
    }

    private synchronized void end(Slot slot) {
        slot.readers--;
        if (slot.dropped && slot.readers == 0) {
            free(slot);
        }
    }

    /** The answer may still be on its way: its memory is not written any more. */
    private void free(Slot slot) {
        if (slot.pending != null) {
            slot.pending.giveUp();
        }
        pool.giveBack(slot.memory);
    }
}
