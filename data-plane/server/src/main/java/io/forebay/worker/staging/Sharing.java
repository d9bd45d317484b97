package io.forebay.worker.staging;

import io.forebay.proto.Claims;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.store.StagedKey;
import io.forebay.transport.remote.serve.RemoteOpener.Keeper;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Which mounts of other nodes may keep something of a file: what they read while nobody else writes
 * it, what they wrote while nobody else has it open. Whoever opens a file comes by here, and gets
 * it when nobody keeps anything that would keep him from seeing completed writes.
 *
 * <p>Of those who got a descriptor the end is not seen here. The control plane knows them, and a
 * grant says so; those whose open it did not know yet when it gave the grant are remembered for as
 * long as such a grant can come.
 */
final class Sharing {
    private static final System.Logger LOG = System.getLogger(Sharing.class.getName());

    /** A mount that has not emptied its hands by then is cut off. */
    private static final Duration RECALL_MAX = Duration.ofSeconds(10);

    /** No transaction is older, and no clocks of the control plane differ by more. */
    private static final long ORDER_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** Twice the life of a grant. */
    private static final long REMEMBERED_MILLIS = TimeUnit.MINUTES.toMillis(10);

    /** Files whose opens are remembered: some 20 MiB; beyond, nobody may keep for a while. */
    private static final int PASSED_MAX = 100_000;

    private final InstantSource clock;
    private final WriterTurns turns;

    /** Guarded by this; so are the next ones. */
    private final Map<StagedKey, List<Use>> uses = new HashMap<>();

    /** The least recently opened first. */
    private final LinkedHashMap<StagedKey, List<Passed>> passed = new LinkedHashMap<>();

    private long blindUntilMillis;

    Sharing(InstantSource clock) {
        this.clock = clock;
        this.turns = new WriterTurns(clock.millis());
    }

    /** An open whose end is not seen here. */
    private record Passed(long mountId, boolean write, long openedNanos, long atMillis) {}

    /** An open of a mount on another node. */
    final class Use implements AutoCloseable {
        private final StagedKey key;
        private final Claims claims;
        private final Keeper keeper;
        private final long writers;

        private final CompletableFuture<Void> keptNothing = new CompletableFuture<>();

        /** Guarded by the owner. */
        private boolean keeping;

        private Use(StagedKey key, Claims claims, long writers, Keeper keeper) {
            this.key = key;
            this.claims = claims;
            this.keeper = keeper;
            this.writers = writers;
        }

        long writers() {
            return writers;
        }

        boolean mayKeep() {
            synchronized (Sharing.this) {
                return keeping;
            }
        }

        @Override
        public void close() {
            keptNothing.complete(null);
            leave(this);
        }
    }

    /** A descriptor is about to be handed out. */
    void pass(StagedKey key, Claims claims) {
        List<Use> recalled;
        synchronized (this) {
            recalled = recalledBy(key, claims);
            long _ = writers(key, claims, 0);
            remember(key, claims);
        }
        await(recalled);
    }

    /**
     * A mount of another node opens the file; it ends the use.
     *
     * @param writers what it was told when it did so before
     */
    Use enter(StagedKey key, Claims claims, long writers, Keeper keeper) {
        Use use;
        List<Use> recalled;
        synchronized (this) {
            use = new Use(key, claims, writers(key, claims, writers), keeper);
            recalled = recalledBy(key, claims);
            use.keeping = isAlone(key, claims);
            if (!use.keeping) {
                use.keptNothing.complete(null);
            }
            uses.computeIfAbsent(key, _ -> new ArrayList<>()).add(use);
        }
        boolean done = false;
        try {
            await(recalled);
            done = true;
            return use;
        } finally {
            if (!done) {
                use.close();
            }
        }
    }

    private long writers(StagedKey key, Claims claims, long before) {
        return claims.getWrite() ? turns.write(key, claims.getMountId(), before) : 0;
    }

    private synchronized void leave(Use use) {
        uses.computeIfPresent(
                use.key,
                (_, all) -> {
                    all.remove(use);
                    return all.isEmpty() ? null : all;
                });
    }

    /** A writer sees no keeper beside it, a reader no writer that keeps. */
    private List<Use> recalledBy(StagedKey key, Claims claims) {
        List<Use> recalled = new ArrayList<>();
        for (Use use : uses.getOrDefault(key, List.of())) {
            boolean conflict = claims.getWrite() || use.claims.getWrite();
            if (conflict && use.claims.getMountId() != claims.getMountId()) {
                recalled.add(use);
            }
        }
        return recalled;
    }

    private boolean isAlone(StagedKey key, Claims claims) {
        boolean others = claims.getWrite() ? claims.getOthersOpen() : claims.getOthersWriting();
        return !others
                && clock.millis() >= blindUntilMillis
                && uses.getOrDefault(key, List.of()).stream()
                        .noneMatch(use ->
                                use.claims.getMountId() != claims.getMountId()
                                        && (claims.getWrite() || use.claims.getWrite()))
                && passed.getOrDefault(key, List.of()).stream()
                        .noneMatch(other -> disturbs(other, claims));
    }

    /** Whether the control plane may not have known of the other open. */
    private static boolean disturbs(Passed other, Claims claims) {
        return other.mountId() != claims.getMountId()
                && (claims.getWrite() || other.write())
                && other.openedNanos() > claims.getOpenedNanos() - ORDER_NANOS;
    }

    private void remember(StagedKey key, Claims claims) {
        long now = clock.millis();
        List<Passed> all = passed.remove(key);
        List<Passed> kept = all == null ? new ArrayList<>() : all;
        kept.removeIf(other ->
                other.atMillis() < now - REMEMBERED_MILLIS
                        || (other.mountId() == claims.getMountId()
                                && other.write() == claims.getWrite()));
        kept.add(new Passed(claims.getMountId(), claims.getWrite(), claims.getOpenedNanos(), now));
        passed.put(key, kept);
        forget(now);
    }

    private void forget(long now) {
        while (!passed.isEmpty()) {
            List<Passed> eldest = passed.firstEntry().getValue();
            boolean old = eldest.getLast().atMillis() < now - REMEMBERED_MILLIS;
            if (!old && passed.size() <= PASSED_MAX) {
                return;
            }
            if (!old) {
                blindUntilMillis = now + REMEMBERED_MILLIS;
            }
            passed.pollFirstEntry();
        }
    }

    /** Those that another opener has recalled are waited for as well. */
    private void await(List<Use> recalled) {
        recalled.forEach(this::recall);
        long end = clock.millis() + RECALL_MAX.toMillis();
        for (Use use : recalled) {
            try {
                long left = Math.max(1, end - clock.millis());
                use.keptNothing.get(left, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                LOG.log(
                        Level.WARNING,
                        "a mount kept what it was to give back; it is cut off mount="
                                + use.claims.getMountId());
                use.keeper.cut();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                String message = "The worker stops; open the file again later";
                throw new ForebayException(FailureKind.FAILURE_UNAVAILABLE, message, e);
            }
        }
    }

    private void recall(Use use) {
        boolean first;
        synchronized (this) {
            first = use.keeping;
            use.keeping = false;
        }
        if (first) {
            CompletableFuture<Void> _ =
                    use.keeper.recall().thenRun(() -> use.keptNothing.complete(null));
        }
    }
}
