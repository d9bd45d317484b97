package io.forebay.worker.staging;

import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.transport.remote.serve.RemoteOpener.Keeper;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What is here for other workers, and those that write it. A copy is used as the file only when the
 * control plane says that this worker is the owner: an older grant may still call it that. The
 * owner before it may be alive, cut off from the control plane: it is cut off here as well before
 * the copy is used, or it would change closed content.
 */
public final class CopyUses {
    private static final long CUT_MILLIS_MAX = 10_000;

    private final InstantSource clock;

    /** Guarded by this; so is the next one. */
    private final Map<StagedKey, Set<Use>> uses = new HashMap<>();

    /** What is another's, or was when it was last asked; it has the life of the process. */
    private final Set<StagedKey> copies = new HashSet<>();

    public CopyUses(InstantSource clock) {
        this.clock = clock;
    }

    /** An owner's open copy. */
    final class Use implements AutoCloseable {
        private final StagedKey key;
        private final Keeper keeper;

        private Use(StagedKey key, Keeper keeper) {
            this.key = key;
            this.keeper = keeper;
        }

        @Override
        public void close() {
            leave(this);
        }
    }

    /** Noted before the control plane is asked whether it is still the owner's. */
    synchronized Use enter(StagedKey key, Keeper keeper) {
        Use use = new Use(key, keeper);
        copies.add(key);
        uses.computeIfAbsent(key, _ -> new HashSet<>()).add(use);
        return use;
    }

    /** It was found on the disk, as another's. */
    synchronized void found(StagedKey key) {
        copies.add(key);
    }

    synchronized boolean isCopy(StagedKey key) {
        return copies.contains(key);
    }

    /** The staged file is gone. */
    synchronized void forget(StagedKey key) {
        copies.remove(key);
    }

    private synchronized void leave(Use use) {
        uses.computeIfPresent(
                use.key,
                (_, all) -> {
                    all.remove(use);
                    return all.isEmpty() ? null : all;
                });
        notifyAll();
    }

    /**
     * The file is used as this worker's own: nobody else writes it from now on.
     *
     * @throws ForebayException UNAVAILABLE when what was being written does not end
     */
    void end(StagedKey key) {
        for (Use use : of(key)) {
            use.keeper.cut();
        }
        awaitEnd(key);
        forget(key);
    }

    private synchronized void awaitEnd(StagedKey key) {
        long end = clock.millis() + CUT_MILLIS_MAX;
        try {
            while (uses.containsKey(key)) {
                long left = end - clock.millis();
                if (left <= 0) {
                    throw new ForebayException(
                                    FailureKind.FAILURE_UNAVAILABLE,
                                    "The owner before still writes the file; try again")
                            .with("ino", key.ino());
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE, "The worker stops; try again later", e);
        }
    }

    private synchronized Set<Use> of(StagedKey key) {
        return Set.copyOf(uses.getOrDefault(key, Set.of()));
    }
}
