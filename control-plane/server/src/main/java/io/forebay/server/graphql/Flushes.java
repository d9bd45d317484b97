package io.forebay.server.graphql;

import io.forebay.metadata.Metadata;
import io.forebay.metadata.flush.Barrier;
import io.forebay.proto.FailureKind;
import io.forebay.schema.ForebayException;
import io.forebay.server.wiring.Pause;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/** Brings content to the bucket and waits for it; drops local copies. */
@Singleton
final class Flushes {
    /** A waiter looks at least this often, should it have missed a change. */
    private static final long LOOK_MILLIS = 1000;

    /** Looking costs a look at each pending file: many of them are looked at less often. */
    private static final long FILES_PER_PAUSE_MILLI = 10;

    private final Metadata model;
    private final InstantSource clock;
    private final Pause pause;

    Flushes(Metadata model, InstantSource clock, Pause pause) {
        this.model = model;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * @param path as the model takes it
     * @param timeoutSeconds 0: do not wait
     */
    FlushResult flush(long workspaceId, byte[] path, int timeoutSeconds) {
        requirePresent(workspaceId, path);
        long barrier = clock.millis();
        model.barrier().expedite(workspaceId, path);
        try {
            return FlushResult.of(await(workspaceId, path, barrier, timeoutSeconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ForebayException(
                    FailureKind.FAILURE_UNAVAILABLE,
                    "The control plane is stopping: call again when it runs.",
                    e);
        }
    }

    EvictResult evict(long workspaceId, byte[] path) {
        requirePresent(workspaceId, path);
        return new EvictResult(model.inspection().evict(workspaceId, path));
    }

    private Barrier.Pending await(long workspaceId, byte[] path, long barrier, int timeoutSeconds)
            throws InterruptedException {
        long end = barrier + timeoutSeconds * 1000L;
        while (true) {
            long seen = model.barrier().progressCount(workspaceId);
            Barrier.Pending pending = model.barrier().pending(workspaceId, path, barrier);
            long left = end - clock.millis();
            if (pending.settled() || stuck(pending) || left <= 0) {
                return pending;
            }
            model.barrier().awaitProgress(workspaceId, seen, Math.min(left, LOOK_MILLIS));
            pause.millis(Math.min(pending.files() / FILES_PER_PAUSE_MILLI, LOOK_MILLIS));
        }
    }

    /** Nothing that is pending can go on without a person. */
    private static boolean stuck(Barrier.Pending pending) {
        return pending.failures().stream().filter(failure -> isConflict(failure.state())).count()
                == pending.files();
    }

    private static boolean isConflict(io.forebay.proto.FlushState state) {
        return state == io.forebay.proto.FlushState.FLUSH_STATE_CONFLICT;
    }

    private void requirePresent(long workspaceId, byte[] path) {
        if (path.length > 0 && model.inspection().inspect(workspaceId, path).isEmpty()) {
            throw new ForebayException(
                            FailureKind.FAILURE_NOT_FOUND,
                            "There is nothing at that path: give one that is in the workspace.")
                    .with("path", new String(path, StandardCharsets.UTF_8));
        }
    }
}
