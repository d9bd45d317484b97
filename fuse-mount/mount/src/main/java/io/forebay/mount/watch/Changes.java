package io.forebay.mount.watch;

import io.forebay.proto.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last changes that came, by number, for answers that were under way when they came. */
final class Changes {
    /** What comes within one slow answer, even of a busy cluster: 1 s of 4,000 changes. */
    private static final int KEPT_MAX = 4_096;

    /** Guarded by this; so is the next one. */
    private final @Nullable Change[] ring = new Change[KEPT_MAX];

    private volatile long newest;

    synchronized void add(Change change) {
        long number = newest + 1;
        ring[(int) (number % KEPT_MAX)] = change;
        newest = number;
    }

    long newest() {
        return newest;
    }

    /** The changes after a number; empty where they are not kept any more. */
    Optional<List<Change>> since(long number) {
        if (number == newest) {
            return Optional.of(List.of());
        }
        synchronized (this) {
            if (newest - number > KEPT_MAX) {
                return Optional.empty();
            }
            List<Change> changes = new ArrayList<>();
            for (long each = number + 1; each <= newest; each++) {
                changes.add(Objects.requireNonNull(ring[(int) (each % KEPT_MAX)]));
            }
            return Optional.of(changes);
        }
    }
}
