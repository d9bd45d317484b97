package io.forebay.e2e.chaos;

import io.forebay.e2e.relay.Moment;
import io.forebay.e2e.relay.StoreCall;
import io.forebay.e2e.relay.Verdict;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Kills at a request to the object store, once.
 *
 * @param keys whose requests count
 * @param kinds that count
 * @param left how many that count go by before; below zero when it has snapped
 */
record Trap(
        Moment moment,
        Set<StoreCall.Kind> kinds,
        Set<String> keys,
        AtomicInteger left,
        Snap snap,
        CountDownLatch sprung) {

    /** What happens. */
    interface Snap {
        Verdict at(StoreCall call);
    }

    static Trap at(Moment moment, Set<StoreCall.Kind> kinds, Set<String> keys, int nth, Snap snap) {
        return new Trap(moment, kinds, keys, new AtomicInteger(nth), snap, new CountDownLatch(1));
    }

    Verdict ask(Moment now, StoreCall call) {
        boolean counts = now == moment && kinds.contains(call.kind()) && keys.contains(call.key());
        if (!counts || left.getAndDecrement() != 0) {
            return Verdict.GO_ON;
        }
        try {
            return snap.at(call);
        } finally {
            sprung.countDown();
        }
    }
}
