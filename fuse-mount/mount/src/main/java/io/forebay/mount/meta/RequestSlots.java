package io.forebay.mount.meta;

import io.forebay.mount.kept.RequestLog;
import io.forebay.proto.RequestId;
import io.forebay.schema.Limits;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The slots in which mutations are numbered. Who takes one has it alone until it is given back, so
 * that a slot has one mutation in flight; when all are taken, the next one waits. A slot that a
 * dead process had in use waits for the request that it was used for.
 */
final class RequestSlots {
    private final BlockingQueue<Slot> free = new ArrayBlockingQueue<>(Limits.REQUEST_SLOTS);
    private final Map<Long, Slot> unfinished = new ConcurrentHashMap<>();
    private final RequestLog log;

    RequestSlots(RequestLog log) {
        this.log = log;
        for (int number = 0; number < Limits.REQUEST_SLOTS; number++) {
            RequestLog.Entry found = log.found().get(number);
            Slot slot = new Slot(number, found.sequence());
            if (found.requestId() == 0) {
                free.add(slot);
            } else {
                unfinished.put(found.requestId(), slot);
            }
        }
    }

    /**
     * @param requestId of the kernel's request that waits; 0: none does
     * @param resent whether a dead process may have used a slot for it, which is then taken again
     */
    Slot take(long requestId, boolean resent) throws InterruptedException {
        Slot used = resent ? unfinished.remove(requestId) : null;
        if (used != null) {
            used.repeats = true;
            used.requestId = requestId;
            return used;
        }
        Slot slot = free.take();
        slot.requestId = requestId;
        return slot;
    }

    void giveBack(Slot slot) {
        if (slot.requestId != 0) {
            slot.requestId = 0;
            slot.write();
        }
        slot.repeats = false;
        free.add(slot);
    }

    /** Frees the slots of requests that were not sent again: their callers have died. */
    void abandonUnfinished() {
        for (Long requestId : List.copyOf(unfinished.keySet())) {
            Slot slot = unfinished.remove(requestId);
            if (slot != null) {
                slot.requestId = requestId;
                giveBack(slot);
            }
        }
    }

    /** Owned by one thread from {@link #take} to {@link #giveBack}, which order its fields. */
    final class Slot {
        private final int number;
        private long sequence;
        private long requestId;
        private boolean repeats;

        private Slot(int number, long sequence) {
            this.number = number;
            this.sequence = sequence;
        }

        /** The id of the next mutation. Repeats of it carry the same one. */
        RequestId next() {
            if (repeats) {
                repeats = false;
            } else {
                sequence++;
                write();
            }
            return RequestId.newBuilder().setSlot(number).setSequence(sequence).build();
        }

        private void write() {
            log.put(number, new RequestLog.Entry(sequence, requestId));
        }
    }
}
