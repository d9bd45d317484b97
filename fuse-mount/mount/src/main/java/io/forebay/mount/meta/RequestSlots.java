package io.forebay.mount.meta;

import io.forebay.proto.RequestId;
import io.forebay.schema.Limits;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The slots in which mutations are numbered. Who takes one has it alone until it is given back, so
 * that a slot has one mutation in flight; when all are taken, the next one waits.
 */
final class RequestSlots {
    private final BlockingQueue<Slot> free = new ArrayBlockingQueue<>(Limits.REQUEST_SLOTS);

    RequestSlots() {
        for (int number = 0; number < Limits.REQUEST_SLOTS; number++) {
            free.add(new Slot(number));
        }
    }

    Slot take() throws InterruptedException {
        return free.take();
    }

    void giveBack(Slot slot) {
        free.add(slot);
    }

    /** Owned by one thread from {@link #take} to {@link #giveBack}, which order its field. */
    static final class Slot {
        private final int number;
        private long sequence;

        private Slot(int number) {
            this.number = number;
        }

        /** The id of the next mutation. Repeats of it carry the same one. */
        RequestId next() {
            sequence++;
            return RequestId.newBuilder().setSlot(number).setSequence(sequence).build();
        }
    }
}
