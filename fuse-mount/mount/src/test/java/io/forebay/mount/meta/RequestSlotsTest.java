package io.forebay.mount.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.forebay.mount.kept.Copies;
import io.forebay.mount.kept.KeptState;
import io.forebay.proto.RequestId;
import io.forebay.schema.Limits;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mutation of a request that comes again has the number that it had. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
final class RequestSlotsTest {
    private final Copies copies = new Copies();
    private final KeptState first = KeptState.create(copies);

    private RequestSlots afterDeath() {
        return new RequestSlots(KeptState.open(copies.given(), copies).requests());
    }

    @Test
    void aRequestThatComesAgainHasItsNumber() throws Exception {
        RequestSlots slots = new RequestSlots(first.requests());
        RequestId before = slots.take(77, false).next();
        RequestSlots next = afterDeath();
        RequestSlots.Slot slot = next.take(77, true);
        assertEquals(before, slot.next());
        RequestId again = slot.next();
        assertEquals(before.getSlot(), again.getSlot());
        assertEquals(before.getSequence() + 1, again.getSequence(), "after a lost lease");
        next.giveBack(slot);
        assertNotEquals(before, afterDeath().take(77, true).next(), "it was answered");
    }

    @Test
    void aRequestThatHadNotBegunHasANewNumber() throws Exception {
        RequestSlots slots = new RequestSlots(first.requests());
        RequestId before = slots.take(77, false).next();
        RequestId other = afterDeath().take(78, true).next();
        assertNotEquals(before.getSlot(), other.getSlot());
    }

    /** Nobody else may use a slot whose answer somebody may still ask for. */
    @Test
    void unfinishedSlotsWaitUntilTheyAreGivenUp() throws Exception {
        RequestSlots slots = new RequestSlots(first.requests());
        RequestId before = slots.take(77, false).next();
        RequestSlots next = afterDeath();
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < Limits.REQUEST_SLOTS - 1; i++) {
            taken.add(next.take(0, false).next().getSlot());
        }
        assertEquals(Limits.REQUEST_SLOTS - 1, taken.size());
        next.abandonUnfinished();
        RequestId last = next.take(0, false).next();
        assertEquals(before.getSlot(), last.getSlot());
        assertEquals(before.getSequence() + 1, last.getSequence());
    }
}
