package io.forebay.mount;

import io.forebay.fuse.session.FuseSession.InFlight;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Tells a request that is stuck from one that waits. Owned by the thread that gives signs of life.
 */
final class Signs {
    /** FUSE_SETLKW: waits for as long as somebody else keeps the lock. */
    private static final Set<Integer> MAY_WAIT = Set.of(33);

    private final InstantSource clock;
    private final BooleanSupplier controlPlaneAnswers;

    /** When each request in flight was first seen. */
    private final Map<InFlight, Long> since = new HashMap<>();

    Signs(InstantSource clock, BooleanSupplier controlPlaneAnswers) {
        this.clock = clock;
        this.controlPlaneAnswers = controlPlaneAnswers;
    }

    /**
     * For how long the oldest request has made no progress that somebody else is not to blame for;
     * while the control plane does not answer, requests wait for it.
     */
    int stuckSeconds(List<InFlight> inFlight) {
        long now = clock.millis();
        since.keySet().retainAll(Set.copyOf(inFlight));
        if (!controlPlaneAnswers.getAsBoolean()) {
            since.clear();
            return 0;
        }
        long oldest = now;
        for (InFlight request : inFlight) {
            if (!MAY_WAIT.contains(request.opcode())) {
                oldest = Math.min(oldest, since.computeIfAbsent(request, _ -> now));
            }
        }
        return (int) Math.max(0, (now - oldest) / 1000);
    }
}
